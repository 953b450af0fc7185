"""What a run does next with a cluster, from its record and a fresh look; what the record says in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.domain.call_outcome import CallOutcome
from steward.domain.operation import Outcome
from steward.domain.sync_roles.calls import (
    MadeCall,
    calls_of,
    last_progress,
    outage_since,
    with_answer,
    with_call,
)
from steward.domain.sync_roles.evidence import first_evidence, summarize
from steward.domain.sync_roles.next_call import RoleCall
from steward.domain.sync_roles.step import MOST_CALLS, NextRoleMove, RoleMove, RoleState, next_role_move
from tests.support.facts import NOW, operation
from tests.support.role_facts import COPY, OLD, UNLOAD, observed, role_facts

ADD = RoleCall(add=(UNLOAD,))


def made_call(answer: str = "accepted", ago: float = 5, call: RoleCall = ADD, **fields: Any) -> MadeCall:
    """A call so many minutes ago."""
    at = NOW - timedelta(minutes=ago)
    return MadeCall(call, "adds unload", at, at, answer=answer, **fields)


def state(facts: Any = None, *calls: MadeCall, minutes: float = 6, **fields: Any) -> RoleState:
    """A look, so many minutes after the run turned to the cluster."""
    record = fields.pop("operation", operation())
    facts = facts or role_facts(observed(COPY))
    return RoleState(facts, record, calls, NOW - timedelta(minutes=minutes), NOW, **fields)


def move(*args: Any, **fields: Any) -> NextRoleMove:
    return next_role_move(state(*args, **fields))


def test_a_look_leads_to_the_next_call() -> None:
    step = move()
    assert (step.move, step.call) == (RoleMove.CALL, ADD)


def test_roles_on_their_way_are_awaited_also_while_the_cluster_shows_that_it_is_modified() -> None:
    step = move(role_facts(observed(unload="adding", copy="adding"), None, {"availability": "Modifying"}))
    assert (step.move, step.awaited) == (RoleMove.SETTLE, (COPY, UNLOAD))


def test_a_cluster_that_is_busy_with_something_else_is_waited_for_until_the_retry_budget_is_spent() -> None:
    busy = role_facts(observed(COPY), None, {"status": "modifying", "availability": "Modifying"})
    assert (move(busy).move, move(busy).wait_seconds) == (RoleMove.AGAIN, None)
    late = move(busy, minutes=25)
    assert (late.move, late.outcome) == (RoleMove.STOP, Outcome.REFUSED)
    assert late.why.reason == "is not ready: its status is modifying (Modifying), still after 25 min"
    assert move(busy, made_call(ago=10), minutes=25).move is RoleMove.AGAIN, (
        "the last call was taken ten minutes ago"
    )


def test_another_cluster_under_the_name_is_not_touched() -> None:
    step = move(operation=operation(namespace_arn="another"))
    assert (step.move, step.outcome, step.why.code) == (RoleMove.STOP, Outcome.REFUSED, "recreated")


@pytest.mark.parametrize("answer", ["", "lost"])
def test_after_a_lost_answer_no_look_is_believed_for_a_minute(answer: str) -> None:
    assert move(None, made_call(answer, ago=0.25)).wait_seconds == 45
    assert move(None, made_call(answer, ago=1)).move is RoleMove.CALL, "it was not applied"


def test_right_after_somebodys_change_no_look_is_believed() -> None:
    step = move(look_from=NOW + timedelta(seconds=20))
    assert (step.move, step.why.code, step.wait_seconds) == (RoleMove.AGAIN, "too_early", 20)
    assert move(look_from=NOW).move is RoleMove.CALL


def test_the_end_is_synced_if_something_was_changed_and_in_sync_otherwise() -> None:
    arrived = role_facts(observed(COPY, UNLOAD))
    assert move(arrived, made_call()).outcome is Outcome.SYNCED
    assert move(arrived, made_call("lost", ago=2)).outcome is Outcome.SYNCED
    assert move(arrived, made_call("busy")).outcome is Outcome.IN_SYNC


def test_what_has_come_in_the_way_meanwhile_stops_it() -> None:
    paused = move(role_facts(observed(COPY), None, {"status": "paused"}))
    assert (paused.move, paused.outcome) == (RoleMove.STOP, Outcome.SKIPPED)
    refused = move(role_facts(observed(COPY), {"max_removals": 0}, None), look_from=None)
    assert refused.move is RoleMove.CALL
    assert move(role_facts(observed(COPY, OLD), {"max_removals": 0})).outcome is Outcome.REFUSED
    assert move(role_facts(observed(COPY), {"mode": "report"})).outcome is Outcome.DRIFTED


def test_the_deadline_names_the_roles_that_have_not_settled() -> None:
    step = move(role_facts(observed(COPY, unload="adding")), minutes=60)
    assert step.move is RoleMove.LATE
    assert step.why.reason == (
        "its roles were not in-sync within 1 h, the policy's deadline; still pending: unload"
    )
    assert move(minutes=60).why.reason.endswith("the policy's deadline")
    assert move(role_facts(observed(COPY, UNLOAD)), minutes=60).move is RoleMove.STOP, "it is there, if late"


def test_somebody_who_undoes_every_call_is_noticed() -> None:
    calls = [made_call(ago=10 - n) for n in range(MOST_CALLS)]
    step = move(None, *calls, minutes=12)
    assert (step.move, step.outcome) == (RoleMove.STOP, Outcome.REFUSED)
    assert step.why.reason == (
        "after 6 calls its roles still differ, because somebody else changes them, too; missing: unload"
    )


def test_a_call_stands_in_the_record_before_it_is_made() -> None:
    calls = with_call((), ADD, "adds unload", NOW)
    assert calls[0].unanswered
    assert calls_of({"calls": [call.evidence() for call in calls]}) == calls
    cleared = with_call(calls, RoleCall(default=""), "clears", NOW)
    assert calls_of({"calls": [call.evidence() for call in cleared]}) == cleared


def test_the_same_no_to_the_same_call_is_kept_once_with_its_beginning() -> None:
    calls = with_answer(with_call((), ADD, "why", NOW), CallOutcome.BUSY, "not now")
    later = NOW + timedelta(minutes=1)
    calls = with_answer(with_call(calls, ADD, "why", later), CallOutcome.BUSY, "still not")
    assert [(c.attempts, c.first_at, c.at, c.text) for c in calls] == [(2, NOW, later, "still not")]
    calls = with_answer(with_call(calls, ADD, "why", later), CallOutcome.INVALID, "not valid")
    assert [(c.attempts, c.answer) for c in calls] == [(2, "busy"), (1, "invalid")]
    calls = with_answer(with_call(calls, ADD, "why", later), CallOutcome.ACCEPTED, "")
    assert [c.answer for c in calls] == ["busy", "invalid", "accepted"]
    assert last_progress(calls, NOW) == later
    assert last_progress(calls[:2], NOW) == NOW


def test_the_record_keeps_what_was_found_done_and_left() -> None:
    before = role_facts(observed(COPY, OLD, default=OLD))
    evidence = first_evidence(before, {"by": "somebody", "summary": "somebody removed unload"})
    assert evidence["changed"] == {"by": "somebody", "summary": "somebody removed unload"}
    assert evidence["found"] == {"roles": {COPY: "in-sync", OLD: "in-sync"}, "default": OLD}
    assert evidence["drift"] == {"missing": [UNLOAD], "unwanted": [OLD]}
    assert first_evidence(role_facts(observed(COPY, UNLOAD)), {})["drift"] == {}

    calls = (
        made_call(ago=4, call=RoleCall(default="")),
        made_call(ago=3),
        made_call(ago=2, call=RoleCall(remove=(OLD,))),
        made_call("busy", ago=1),
    )
    record = operation(begun_at=NOW - timedelta(minutes=4))
    at_the_end = state(role_facts(observed(COPY, UNLOAD)), *calls, operation=record)
    summary = summarize(at_the_end, evidence, next_role_move(at_the_end).why)
    assert summary.evidence["added"] == [UNLOAD]
    assert summary.evidence["removed"] == [OLD]
    assert summary.evidence["left"] == {"roles": {COPY: "in-sync", UNLOAD: "in-sync"}, "default": ""}
    assert summary.why.reason == (
        "added unload; removed old; the default role is none, it was old; "
        "in-sync in 4 min with 3 calls, after somebody removed unload"
    )
    assert summary.why.code == "synced"


def test_a_record_without_changes_keeps_its_reason_and_one_of_a_lost_call_counts_from_it() -> None:
    idle = state(role_facts(observed(COPY, UNLOAD)))
    assert summarize(idle, {}, next_role_move(idle).why).why.reason == "its roles match the policy"
    lost = state(
        role_facts(observed(COPY, UNLOAD, default=COPY)),
        made_call("lost", ago=2, call=RoleCall(default=COPY)),
    )
    reason = summarize(lost, {"found": {"default": COPY}}, next_role_move(lost).why).why.reason
    assert reason == "no net change; in-sync in 2 min with 1 call"


@pytest.mark.parametrize(
    ("answers", "minutes_ago"),
    [
        (["throttled"], 1),
        (["throttled", "lost", ""], 3),
        (["accepted", "busy", "throttled", "lost"], 2),
        (["throttled", "accepted", "throttled"], 1),
        (["throttled", "busy"], 1),
    ],
)
def test_an_outage_is_as_old_as_the_first_of_the_last_calls_that_it_met(
    answers: list[str], minutes_ago: int
) -> None:
    calls = tuple(made_call(answer, ago=len(answers) - place) for place, answer in enumerate(answers))

    assert outage_since(calls) == NOW - timedelta(minutes=minutes_ago)
