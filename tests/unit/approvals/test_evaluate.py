"""Who may answer a request, and when: every wrong answer has its sentence, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.approvals.evaluate import Ruling, Verb
from steward.domain.approvals.requests import Request, Status, closed, committed
from tests.support.approvals import ACCOUNT, ANN, BOB, EVE, HASH, request, said
from tests.support.facts import NOW

APPROVED = replace(said(request()).request, delivered=True)
COMMITTED = replace(APPROVED, committed_at=NOW)
CAROL = f"arn:aws:iam::{ACCOUNT}:user/carol"
DBA = f"arn:aws:iam::{ACCOUNT}:role/dba"


def session(name: str, role: str = "dba") -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


def refused(ruling: Ruling, asked: Request) -> tuple[str, int, str]:
    """What a refusal says; it changes nothing."""
    assert not ruling.counts
    assert ruling.request == asked
    return ruling.code, ruling.status.value, ruling.sentence


@pytest.mark.parametrize(("verb", "status"), [(Verb.APPROVE, "approved"), (Verb.REJECT, "rejected")])
def test_an_approver_answers_and_is_recorded_with_moment_and_reason(verb: Verb, status: str) -> None:
    ruling = said(request(), verb, reason="agreed")
    assert (ruling.counts, ruling.code) == (True, status)
    assert ruling.sentence.startswith(f"{status} by {BOB}; the run ")
    answered = ruling.request
    assert (answered.status, answered.answered_by, answered.answer_reason) == (status, BOB, "agreed")
    assert answered.answered_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
def test_who_is_no_approver_is_refused(verb: Verb) -> None:
    code, status, sentence = refused(said(request(), verb, by=EVE), request())
    assert (code, status) == ("not_an_approver", 403)
    assert sentence == f"{EVE} is not one of the policy's approvers, who are {ANN}, {BOB}"


def test_a_policy_that_names_no_approvers_leaves_it_to_iam_but_keeps_four_eyes() -> None:
    assert said(request(approvers=()), by=EVE).counts
    assert said(request(approvers=()), by=ANN).code == "own_request"


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
def test_who_asked_does_not_answer(verb: Verb) -> None:
    code, status, sentence = refused(said(request(), verb, by=ANN), request())
    assert (code, status) == ("own_request", 403)
    assert sentence.startswith(f"{ANN} asked for this deletion; the policy ")


def test_who_started_the_run_counts_as_having_asked() -> None:
    asked = request(requested_by=EVE, proven=False, started_by=BOB)
    assert said(asked).code == "own_request"


def test_another_session_of_the_same_role_may_be_the_same_person() -> None:
    asked = request(requested_by=session("ann"), approvers=(DBA,))
    assert said(asked, by=session("bob")).code == "own_request"
    assert said(asked, by=session("bob", "ops")).code == "not_an_approver"


def test_without_four_eyes_an_approver_may_approve_alone() -> None:
    assert said(request(four_eyes=False), by=ANN).counts


def test_a_run_that_nobody_vouches_for_waits_until_cloudtrail_can_know() -> None:
    asked = request(requested_by="schedule", proven=False, started_at=NOW + timedelta(minutes=50))
    code, status, sentence = refused(said(asked), asked)
    assert (code, status) == ("requester_unknown", 409)
    assert sentence.endswith("answer again at 2026-11-21T22:05:00Z or later")
    assert said(replace(asked, started_by=session("scheduler", "schedules"))).counts
    assert said(asked, now=NOW + timedelta(minutes=65)).counts
    assert said(replace(asked, four_eyes=False)).counts


@pytest.mark.parametrize("verb", Verb)
def test_an_answer_after_the_expiry_is_refused(verb: Verb) -> None:
    late = {"by": BOB, "now": NOW + timedelta(days=3)}
    code, status, sentence = refused(said(request(), verb, **late), request())
    assert (code, status) == ("expired", 410)
    assert sentence == (
        "the request expired at 2026-11-24T21:00:00Z and nothing was deleted; request the deletion again"
    )
    expired = closed(request(), NOW, "expired")
    assert refused(said(expired, verb), expired)[:2] == ("expired", 410)


@pytest.mark.parametrize("verb", Verb)
def test_an_answer_to_a_run_that_has_ended_is_refused(verb: Verb) -> None:
    code, status, sentence = refused(said(request(), verb, run_lives=False), request())
    assert (code, status) == ("late", 410)
    assert sentence == "the run one no longer waits, it has ended; request the deletion again"


def test_an_answer_about_another_plan_is_refused_and_says_what_to_do() -> None:
    code, status, sentence = refused(said(request(), plan_hash="old"), request())
    assert (code, status) == ("plan_changed", 409)
    assert sentence == (
        f'the answer is about the plan "old", but the run asks about "{HASH}"; '
        "read the request again and answer with its plan_hash"
    )


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
def test_the_same_answer_by_the_same_person_is_no_harm(verb: Verb) -> None:
    answered = said(request(), verb).request
    again = said(answered, verb, now=NOW + timedelta(hours=2))
    assert (again.counts, again.code, again.request) == (True, "repeated", answered)


@pytest.mark.parametrize(("verb", "by"), [(Verb.REJECT, BOB), (Verb.APPROVE, CAROL), (Verb.REJECT, CAROL)])
def test_another_answer_is_refused_and_told_who_has_answered(verb: Verb, by: str) -> None:
    answered = said(request(approvers=(BOB, CAROL))).request
    code, status, sentence = refused(said(answered, verb, by=by), answered)
    assert (code, status) == ("already_approved", 409)
    assert sentence == f"the request was approved by {BOB} at 2026-11-21T22:00:00Z, and that stands"


@pytest.mark.parametrize("by", [ANN, BOB])
def test_who_asked_and_every_approver_may_cancel_a_request_that_waits(by: str) -> None:
    ruling = said(request(), Verb.CANCEL, by=by, reason="still needed")
    assert (ruling.counts, ruling.code) == (True, "cancelled")
    assert ruling.sentence == f"cancelled by {by}; the run leaves the cluster alone"
    assert (ruling.request.answered_by, ruling.request.cancel_reason) == (by, "still needed")


def test_a_requester_who_is_no_approver_may_cancel() -> None:
    assert said(request(approvers=(BOB,)), Verb.CANCEL, by=ANN).counts


def test_a_stranger_cancels_nothing() -> None:
    code, status, sentence = refused(said(request(), Verb.CANCEL, by=EVE), request())
    assert (code, status) == ("not_an_approver", 403)
    assert sentence == f"{EVE} neither asked for this deletion nor is one of the policy's approvers"


def test_after_the_approval_a_cancellation_asks_the_run_to_stop() -> None:
    ruling = said(APPROVED, Verb.CANCEL, by=ANN)
    assert ruling.counts
    assert ruling.sentence == "the run stops before its next change and leaves the cluster as it was"
    stopping = ruling.request
    assert (stopping.status, stopping.answered_by) == (Status.APPROVED, BOB)
    assert stopping.cancel_requested_by == ANN


def test_an_approval_that_has_not_reached_the_run_is_cancelled_at_once() -> None:
    cancelled = said(said(request()).request, Verb.CANCEL, by=ANN).request
    assert (cancelled.status, cancelled.answered_by) == (Status.CANCELLED, BOB)


def test_cancelling_twice_is_no_harm_but_the_first_is_who_did() -> None:
    stopping = said(APPROVED, Verb.CANCEL, by=ANN).request
    assert said(stopping, Verb.CANCEL, by=ANN).code == "repeated"
    code, status, sentence = refused(said(stopping, Verb.CANCEL), stopping)
    assert (code, status) == ("already_cancelled", 409)
    assert sentence == f"the request was cancelled by {ANN} at 2026-11-21T22:00:00Z, and that stands"


def test_after_the_delete_call_nothing_can_be_cancelled() -> None:
    code, status, sentence = refused(said(COMMITTED, Verb.CANCEL), COMMITTED)
    assert (code, status) == ("too_late", 409)
    assert sentence.startswith(
        "the delete call was made at 2026-11-21T21:00:00Z, and Redshift takes none back"
    )


def test_what_was_rejected_or_has_ended_can_not_be_cancelled() -> None:
    rejected = said(request(), Verb.REJECT).request
    assert refused(said(rejected, Verb.CANCEL), rejected)[0] == "already_rejected"
    ended = closed(APPROVED, NOW, "refused")
    code, _, sentence = refused(said(ended, Verb.CANCEL), ended)
    assert code == "late"
    assert "it has ended with sales refused" in sentence


def test_a_cancelled_request_takes_no_answer() -> None:
    cancelled = said(request(), Verb.CANCEL, by=ANN).request
    code, status, sentence = refused(said(cancelled), cancelled)
    assert (code, status) == ("already_cancelled", 409)
    assert sentence.startswith(f"the request was cancelled by {ANN} at ")


MOVES = st.one_of(
    st.fixed_dictionaries(
        {
            "verb": st.sampled_from(list(Verb)),
            "by": st.sampled_from([ANN, BOB, CAROL, EVE]),
            "plan_hash": st.sampled_from([HASH, "old"]),
            "run_lives": st.booleans(),
        }
    ),
    st.sampled_from(["deliver", "commit", "close"]),
)


@given(
    st.lists(st.tuples(MOVES, st.integers(0, 30)), max_size=8),
    st.sampled_from([(BOB, CAROL), (ANN, BOB, CAROL)]),
)
def test_in_every_order_one_answer_counts_and_a_cancelled_cluster_is_not_deleted(
    moves: list[tuple[Any, int]], allowed: tuple[str, ...]
) -> None:
    asked, now = request(four_eyes=ANN not in allowed, approvers=(ANN, BOB, CAROL)), NOW
    for move, hours in moves:
        now += timedelta(hours=hours)
        former, asked = asked, _moved(asked, move, now)
        if former.status is not Status.WAITING:
            assert (asked.answered_by, asked.answered_at) == (former.answered_by, former.answered_at)
        if asked.status is Status.APPROVED:
            assert asked.answered_by in allowed
            assert asked.answered_at is not None
            assert asked.answered_at < asked.expires_at
        assert not (asked.committed_at and asked.cancel_requested_at)


def _moved(asked: Request, move: Any, now: Any) -> Request:
    if move == "deliver":
        return replace(asked, delivered=asked.delivered or asked.status is Status.APPROVED)
    if move == "commit":
        return (asked.delivered and committed(asked, now)) or asked
    if move == "close":
        return closed(asked, now, "cancelled" if asked.cancel_requested_at else "failed")
    ruling = said(asked, now=now, **move)
    assert ruling.counts or ruling.request == asked
    assert ruling.sentence
    return ruling.request
