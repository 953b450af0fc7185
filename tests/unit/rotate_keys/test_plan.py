"""Who is in a run, who goes first, and in which order."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.decision import Action, act, skip
from steward.domain.deprovision.copies import copy_name
from steward.domain.errors import BadInput
from steward.domain.plan import Planned, candidates, verdict
from steward.domain.rotate_keys.decide import decide
from steward.domain.rotate_keys.plan import rotation_entry, waves
from steward.domain.rotate_keys.spread import SECONDS_APART, delays, spread
from steward.domain.run_input import RunInput
from steward.domain.selection import Selector
from tests.support.facts import cluster, rotation_facts, settings

if TYPE_CHECKING:
    from steward.domain.cluster import Cluster

DUE = act("due", "is due")
NOT_DUE = skip("not_due", "is not due")


def named(*names: str) -> list[Cluster]:
    return [cluster(identifier=name) for name in names]


def due(*names: str, **facts: object) -> list[Planned]:
    return [rotation_entry(cluster(identifier=name, **facts), DUE) for name in names]


def order(planned: list[Planned]) -> list[list[str]]:
    return [[item["cluster"] for item in wave.items] for wave in waves(planned, settings())]


def test_the_policy_selects_unless_the_input_names_clusters() -> None:
    production = settings(select={"tags": {"environment": ["production"]}, "identifiers": []})
    fleet = [cluster(identifier="a", tags={"environment": "production"}), cluster(identifier="b")]
    assert [c.identifier for c in candidates(fleet, RunInput(), production.select)] == ["a"]
    assert [c.identifier for c in candidates(fleet, RunInput(clusters=("b",)), production.select)] == ["b"]


def test_the_copy_of_a_restore_test_is_nobodys_cluster() -> None:
    copy = copy_name("a", "arn")
    assert [c.identifier for c in candidates(named("a", copy), RunInput(), Selector())] == ["a"]
    decision = decide(rotation_facts(cluster=cluster(identifier=copy)))
    assert (decision.action, decision.code) == (Action.SKIP, "restore_copy"), "not even by name"


def test_a_named_cluster_that_does_not_exist_refuses_the_whole_run() -> None:
    with pytest.raises(BadInput, match="there is no cluster named ghost, phantom in this account and Region"):
        candidates(named("a"), RunInput(clusters=("a", "ghost", "phantom")), settings().select)


def test_one_canary_goes_first_and_the_rest_follows() -> None:
    assert order(due("a", "b", "c")) == [["a"], ["b", "c"]]


def test_the_canary_is_one_that_the_policy_prefers() -> None:
    planned = [*due("a", "b"), *due("c", tags={"tier": "canary"})]
    assert order(planned) == [["c"], ["a", "b"]]


def test_a_cluster_that_is_not_ready_is_no_canary() -> None:
    planned = [*due("busy", status="modifying", availability="Modifying"), *due("calm", "other")]
    assert order(planned)[0] == ["calm"]


def test_a_single_cluster_needs_no_canary_and_nobody_no_wave() -> None:
    assert order(due("a")) == [["a"]]
    assert order([rotation_entry(cluster(), NOT_DUE)]) == []


def test_the_canary_tolerates_no_failure_and_the_rest_what_the_policy_says() -> None:
    canary, rest = waves(due("a", "b", "c"), settings(tolerated_failures_percent=20, max_concurrent=7))
    assert (canary.tolerated_failures_percent, canary.max_concurrent) == (0, 1)
    assert (rest.tolerated_failures_percent, rest.max_concurrent) == (20, 7)


def test_the_state_machine_is_told_of_a_wave_without_its_items() -> None:
    rest = waves(due("a", "b", "c"), settings(max_concurrent=7))[1]
    assert rest.summary("runs/wave-main.json") == {
        "name": "main",
        "key": "runs/wave-main.json",
        "count": 2,
        "max_concurrent": 7,
        "tolerated_failures_percent": 20,
    }


def test_a_verdict_keeps_the_reason_of_everybody_who_is_left_out() -> None:
    line = verdict(rotation_entry(cluster(), NOT_DUE), "")
    assert (line["action"], line["reason"]) == ("skip", "is not due")


keys = st.lists(st.sampled_from("abcd"), max_size=40)


@given(keys)
def test_spreading_loses_nobody_and_keeps_equal_keys_apart_where_it_can(given_keys: list[str]) -> None:
    ordered = spread(given_keys, lambda key: key)
    assert sorted(ordered) == sorted(given_keys)
    most = max((given_keys.count(key) for key in given_keys), default=0)
    if most <= (len(given_keys) + 1) // 2:
        assert all(left != right for left, right in itertools.pairwise(ordered))


@given(keys, st.integers(1, 10))
def test_two_on_one_key_that_can_be_under_way_together_never_start_at_the_same_second(
    given_keys: list[str], at_once: int
) -> None:
    waits = delays(given_keys, at_once)
    for right in range(len(given_keys)):
        for left in range(max(0, right - at_once + 1), right):
            if given_keys[left] == given_keys[right] and right < at_once:
                assert waits[right] >= waits[left] + SECONDS_APART
    assert all(wait < at_once * SECONDS_APART for wait in waits)


@given(st.lists(st.sampled_from(["due", "not due"]), max_size=30))
def test_everybody_who_is_due_is_in_exactly_one_wave(kinds: list[str]) -> None:
    planned = [
        rotation_entry(cluster(identifier=f"c{n}"), DUE if kind == "due" else NOT_DUE)
        for n, kind in enumerate(kinds)
    ]
    in_waves = [name for wave in order(planned) for name in wave]
    assert sorted(in_waves) == sorted(p.cluster.identifier for p in planned if p.decision is DUE)
