"""`steward accept` finds out how an account behaves: whatever local AWS is told to do, the report says so."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cli.accept.acceptance import SUBJECTS, with_needs
from cli.accept.catalog import BY_ID, FACTS, NOT_SETTLED
from cli.accept.knob_file import ACCOUNT_WIDE
from cli.accept.run_acceptance import OF_THE_STACK
from local.fleet import parse_fleet
from local.redshift.behavior.knobs import KNOB_NAMES, Knobs

if TYPE_CHECKING:
    from cli.accept.facts import Fact, Value
    from tests.cli.accept.conftest import Account

LENGTHS = {
    "create_duration": 150,
    "rotate_duration": 240,
    "resize_duration": 300,
    "pause_duration": 120,
    "resume_duration": 90,
    "snapshot_duration": 100,
    "final_snapshot_duration": 200,
    "delete_duration": 130,
    "restore_duration": 260,
    "restore_streaming": 110,
    "role_duration": 75,
    "role_propagation_delay": 30,
    "describe_lag": 9,
    "post_op_busy_tail": 70,
}
"""Seconds."""

ENDS_A_RUN = ("final_snapshot_outcome",)
COUNTED = [fact for fact in FACTS if fact.readings and fact.id not in ENDS_A_RUN]
WORLDS = range(1 + max(len(fact.readings) for fact in COUNTED))
OTHER_WORDS: dict[str, Any] = {
    "namespace_arn_missing_while": ("creating", "rotating-keys"),
    "pausing_status": "modifying",
    "resuming_status": "waking up",
    "snapshot_quota": 31,
}
POLL = timedelta(seconds=20)
"""A length is seen up to one look too long."""

HIDDEN = timedelta(seconds=LENGTHS["role_duration"])
"""A change of roles that nothing shows is no different from a cluster that is busy without saying so."""

BEGIN_UNSEEN = ("delete_duration", "post_op_busy_tail", "restore_streaming")
"""Lengths whose beginning is seen up to one look too late."""


def reading(fact: Fact, world: int) -> Value:
    """The value of a knob in one of several worlds; the first one is as local AWS assumes."""
    choices = (fact.expected, *fact.readings)
    value = choices[world % len(choices)]
    assert value is not None
    return value


def words(world: int) -> dict[str, Value]:
    """What is to be found out in a world, lengths aside."""
    chosen = {fact.id: reading(fact, world) for fact in COUNTED}
    return chosen | (OTHER_WORDS if world else {fact: BY_ID[fact].expected for fact in OTHER_WORDS})


def found(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in report["facts"]}


@pytest.mark.parametrize(
    "world", [pytest.param(each, marks=[pytest.mark.long] * (each != 1)) for each in WORLDS]
)
def test_a_run_finds_out_which_reading_is_true_and_its_knob_file_behaves_likewise(
    account: Account, world: int
) -> None:
    expected = words(world)
    knobs = {name: value for name, value in expected.items() if name not in ACCOUNT_WIDE}
    lengths = {name: f"{seconds} seconds" for name, seconds in LENGTHS.items()}
    account.behaves(knobs | lengths, **{name: expected[name] for name in ACCOUNT_WIDE})

    result = account.settle()

    facts = found(account.report())
    seen = {name: facts[name]["values"] for name in expected}
    assert {name: set(map(str, values)) for name, values in seen.items()} == {
        name: {str(list(value) if isinstance(value, tuple) else value)} for name, value in expected.items()
    }
    refuted = sorted(name for name, each in facts.items() if each["verdict"] == "refuted")
    assert refuted == sorted(name for name, value in expected.items() if value != BY_ID[name].expected)
    assert result.code == (1 if refuted else 0)
    settled = {name: each for name, each in facts.items() if each["subject"] not in OF_THE_STACK}
    assert [name for name, each in settled.items() if each["verdict"] == "open"] == []
    assert all(each["answers"] for each in settled.values() if each["id"] != "namespace_arn_missing_while")
    behavior = parse_fleet(account.knob_file()).file
    assert {name: getattr(behavior.defaults.knobs, name) for name in knobs} == knobs
    assert [getattr(behavior, name) for name in ACCOUNT_WIDE] == [expected[name] for name in ACCOUNT_WIDE]
    for name, seconds in LENGTHS.items():
        length = getattr(behavior.defaults.knobs, name)
        slack = POLL if name in BEGIN_UNSEEN else timedelta()
        assert length.longest >= timedelta(seconds=seconds) - slack, name
        hidden = HIDDEN if name == "post_op_busy_tail" and world else timedelta()
        assert length.longest <= timedelta(seconds=seconds) + POLL + hidden, name
    assert account.left() == []


@pytest.mark.parametrize("outcome", BY_ID["final_snapshot_outcome"].readings)
def test_a_final_snapshot_that_ends_badly_is_reported_and_what_needs_it_stays_open(
    account: Account, outcome: str
) -> None:
    account.behaves({"final_snapshot_outcome": outcome})

    account.accept("--yes", "--only", "restore")

    facts = found(account.report())
    assert facts["final_snapshot_outcome"]["reading"] == outcome
    assert facts["final_snapshot_outcome"]["verdict"] == "refuted"
    assert facts["restore_duration"]["verdict"] == "open"
    assert "deletion did not succeed" in facts["restore_duration"]["reason"]
    assert account.left() == []


def test_every_knob_is_asked_about_or_has_a_reason_why_not() -> None:
    asked = {fact.id for fact in FACTS if fact.has_knob} - {*ACCOUNT_WIDE}

    assert sorted(asked | NOT_SETTLED.keys()) == sorted(KNOB_NAMES)
    assert asked & NOT_SETTLED.keys() == set()


def test_what_is_assumed_is_what_local_aws_does_by_default() -> None:
    defaults = {field.name: getattr(Knobs(), field.name) for field in fields(Knobs)}
    for fact in FACTS:
        if fact.id in defaults and fact.at_most is None:
            assert defaults[fact.id] == fact.expected, fact.id


def test_every_fact_belongs_to_a_subject_and_every_subject_has_facts() -> None:
    assert {fact.subject for fact in FACTS} == set(SUBJECTS)
    assert len({fact.id for fact in FACTS}) == len(FACTS)


def test_a_subject_brings_along_what_it_needs_in_the_order_of_a_run() -> None:
    assert with_needs(["keys"]) == ["creation", "deletion", "restore", "keys"]
    assert with_needs([]) == list(SUBJECTS)
    assert with_needs(["account"]) == ["account"]
