"""Which clusters are rotated, and the reason that everybody else reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.decision import Action
from steward.domain.rotate_keys.decide import Overrides, decide
from steward.domain.status import PHASES, Phase, phase_of, statuses
from tests.support.facts import KEY, NOW, cluster, last, rotation_facts, settings


def test_a_healthy_cluster_with_old_keys_is_rotated() -> None:
    decision = decide(rotation_facts())
    assert decision.action is Action.ACT
    assert decision.reason == "keys 200 days old, rotated by the steward at 2026-05-05T21:00:00Z"


@pytest.mark.parametrize(
    ("facts", "code", "sentence"),
    [
        ({"encrypted": False}, "unencrypted", "is not encrypted"),
        ({"encrypted": None}, "encryption_unknown", "did not say"),
        ({"hsm": True}, "hsm", "hardware security module"),
        ({"status": "hardware-failure"}, "broken", "hardware-failure"),
        ({"status": "storage-full"}, "broken", "storage-full"),
        ({"availability": "Failed"}, "broken", "available (Failed)"),
    ],
)
def test_a_cluster_that_a_person_must_look_at_is_refused(
    facts: dict[str, object], code: str, sentence: str
) -> None:
    decision = decide(rotation_facts(cluster=cluster(**facts)))
    assert (decision.action, decision.code) == (Action.REFUSE, code)
    assert sentence in decision.reason


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "paused"}, "paused"),
        ({"status": "pausing"}, "pausing"),
        ({"status": "available, prep-for-resize"}, "resizing"),
        ({"status": "available, resize-cleanup"}, "resizing"),
        ({"pending": ("NodeType",)}, "pending_changes"),
        ({"status": "deleting"}, "deleting"),
        ({"status": "final-snapshot"}, "deleting"),
        ({"identifier": "tmp-experiment"}, "excluded"),
        ({"tags": {"steward:exclude": "until the migration"}}, "excluded"),
        ({"maintenance_window": "sat:21:30-sat:22:00"}, "maintenance"),
        ({"next_maintenance_at": NOW + timedelta(minutes=59)}, "maintenance"),
    ],
)
def test_a_cluster_that_is_not_to_be_touched_now_is_skipped(facts: dict[str, object], code: str) -> None:
    decision = decide(rotation_facts(cluster=cluster(**facts)))
    assert (decision.action, decision.code) == (Action.SKIP, code)


def test_a_paused_cluster_is_resumed_when_the_policy_says_so() -> None:
    facts = rotation_facts(cluster=cluster(status="paused"), settings=settings(paused="wake"))
    assert decide(facts).action is Action.ACT


def test_a_cluster_that_is_busy_for_a_while_is_waited_for_and_not_skipped() -> None:
    for status in statuses(Phase.TRANSITIONAL):
        assert decide(rotation_facts(cluster=cluster(status=status))).action is Action.ACT


def test_available_alone_is_not_ready() -> None:
    assert phase_of("available", "Available") is Phase.READY
    assert phase_of("available", "Modifying") is Phase.TRANSITIONAL
    assert phase_of("available", "Maintenance") is Phase.TRANSITIONAL
    assert phase_of("available", "") is Phase.TRANSITIONAL
    assert phase_of("available, prep-for-resize", "Available") is Phase.RESIZING


def test_a_status_that_nobody_has_documented_is_never_ready() -> None:
    assert phase_of("reticulating-splines", "Available") is Phase.UNKNOWN


@given(status=st.text(), availability=st.text())
def test_only_available_and_available_is_ready(status: str, availability: str) -> None:
    ready = phase_of(status, availability) is Phase.READY
    assert ready == (status.strip().lower() == "available" and availability.strip().lower() == "available")


def test_a_rotation_under_way_is_watched_whatever_the_age_of_the_keys() -> None:
    decision = decide(
        rotation_facts(cluster=cluster(status="rotating-keys", availability="Modifying"), last=last(1))
    )
    assert (decision.action, decision.code) == (Action.ACT, "already_rotating")


def test_keys_that_are_young_enough_are_left_alone_until_they_are_due() -> None:
    decision = decide(rotation_facts(last=last(80)))
    assert decision.code == "not_due"
    assert decision.reason.endswith("due in 10 days")


def test_force_rotates_although_not_due_but_nothing_else_that_is_in_the_way() -> None:
    forced = Overrides(force=True)
    assert decide(rotation_facts(last=last(1), overrides=forced)).action is Action.ACT
    unencrypted = rotation_facts(cluster=cluster(encrypted=False), overrides=forced)
    assert decide(unencrypted).code == "unencrypted"
    assert decide(rotation_facts(cluster=cluster(identifier="tmp-x"), overrides=forced)).code == "excluded"


def test_outside_the_change_window_nothing_starts_and_the_reason_says_when_it_opens() -> None:
    decision = decide(rotation_facts(now=datetime(2026, 11, 22, 11, 0, tzinfo=UTC)))
    assert decision.code == "window_closed"
    assert "opens in 10 h" in decision.reason
    urgent = rotation_facts(
        now=datetime(2026, 11, 22, 11, 0, tzinfo=UTC), overrides=Overrides(ignore_window=True)
    )
    assert decide(urgent).action is Action.ACT


def test_a_blackout_holds_only_for_the_clusters_that_it_selects() -> None:
    blackout = {
        "name": "year-end close",
        "from": "2026-11-16T00:00",
        "to": "2026-12-05T00:00",
        "select": {"tags": {"team": ["finance"]}, "identifiers": []},
    }
    rules = settings(blackouts=[blackout])
    finance = decide(rotation_facts(settings=rules, cluster=cluster(tags={"team": "finance"})))
    assert finance.reason == 'is in the blackout "year-end close" until 2026-12-04T23:00:00Z'
    assert decide(rotation_facts(settings=rules)).action is Action.ACT


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion", "missing", "Unavailable"])
def test_a_kms_key_that_can_not_be_used_refuses_and_is_named(state: str) -> None:
    decision = decide(rotation_facts(key_state=state))
    assert decision.code == "key_unusable"
    assert KEY in decision.reason
    assert state in decision.reason


def test_a_maintenance_window_that_can_not_be_read_refuses_instead_of_guessing() -> None:
    assert (
        decide(rotation_facts(cluster=cluster(maintenance_window="whenever"))).code == "maintenance_unknown"
    )


@given(
    status=st.sampled_from([*PHASES, "surprise"]),
    availability=st.sampled_from(["Available", "Modifying", "Maintenance", "Unavailable", "Failed", ""]),
    days=st.floats(0, 400),
    force=st.booleans(),
)
def test_every_decision_has_a_reason_and_no_act_is_about_a_cluster_that_can_not_be_rotated(
    status: str, availability: str, days: float, *, force: bool
) -> None:
    facts = cluster(status=status, availability=availability)
    facts = replace(rotation_facts(cluster=facts, last=last(days)), overrides=Overrides(force=force))
    decision = decide(facts)
    assert decision.reason
    assert decision.code
    if decision.action is Action.ACT:
        assert facts.cluster.phase in {Phase.READY, Phase.ROTATING, Phase.TRANSITIONAL, Phase.UNKNOWN}
        assert force or days >= 90 or facts.cluster.phase is Phase.ROTATING
