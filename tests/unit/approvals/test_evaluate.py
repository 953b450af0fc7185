"""Who may answer a request, and when: every wrong answer has its sentence, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.approvals.evaluate import Evaluation, Refusal, ResponseType
from steward.domain.approvals.requests import Request, Status, close_request, commit_request
from tests.support.approvals import ACCOUNT, ANN, BOB, EVE, HASH, evaluation_of, request
from tests.support.facts import NOW

APPROVED = replace(evaluation_of(request()).request, delivered=True)
COMMITTED = replace(APPROVED, committed_at=NOW)
CAROL = f"arn:aws:iam::{ACCOUNT}:user/carol"
DBA = f"arn:aws:iam::{ACCOUNT}:role/dba"


def session(name: str, role: str = "dba") -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


def refusal(evaluation: Evaluation, asked: Request) -> tuple[str, int, str]:
    """What a refusal says; it changes nothing."""
    assert not evaluation.counts
    assert evaluation.request == asked
    return evaluation.code, evaluation.status.value, evaluation.sentence


@pytest.mark.parametrize(
    ("response_type", "status"), [(ResponseType.APPROVE, "approved"), (ResponseType.REJECT, "rejected")]
)
def test_an_approver_answers_and_is_recorded_with_moment_and_reason(
    response_type: ResponseType, status: str
) -> None:
    evaluation = evaluation_of(request(), response_type, reason="agreed")
    assert (evaluation.counts, evaluation.code) == (True, status)
    effect = {"approved": "the run continues", "rejected": "the cluster is unchanged"}
    assert evaluation.sentence == f"{status} by {BOB}; {effect[status]}"
    answered = evaluation.request
    assert (answered.status, answered.answered_by, answered.answer_reason) == (status, BOB, "agreed")
    assert answered.answered_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("response_type", [ResponseType.APPROVE, ResponseType.REJECT])
def test_who_is_no_approver_is_refused(response_type: ResponseType) -> None:
    code, status, sentence = refusal(evaluation_of(request(), response_type, by=EVE), request())
    assert (code, status) == ("not_an_approver", 403)
    assert sentence == f"{EVE} is not one of the policy's approvers, who are {ANN}, {BOB}"


def test_a_policy_that_names_no_approvers_leaves_it_to_iam_but_keeps_four_eyes() -> None:
    assert evaluation_of(request(approvers=()), by=EVE).counts
    assert evaluation_of(request(approvers=()), by=ANN).code == "own_request"


def test_who_asked_does_not_approve() -> None:
    code, status, sentence = refusal(evaluation_of(request(), by=ANN), request())
    assert (code, status) == ("own_request", 403)
    assert sentence.startswith(f"{ANN} requested this deletion. The policy ")


def test_a_rejection_needs_no_second_person() -> None:
    unknown = request(proven=False, requester_person="")
    assert evaluation_of(unknown, ResponseType.REJECT, person="").counts
    assert evaluation_of(request(), ResponseType.REJECT, by=ANN).counts


def test_who_started_the_run_counts_as_having_asked() -> None:
    asked = request(requested_by=EVE, proven=False, started_by=BOB)
    assert evaluation_of(asked).code == "own_request"


def test_a_session_whose_name_anybody_chose_does_not_approve() -> None:
    asked = request(approvers=(DBA,))
    code, status, sentence = refusal(evaluation_of(asked, by=session("bob"), person=""), asked)
    assert (code, status) == ("not_a_person", 403)
    assert sentence.startswith(
        f"{session('bob')} may be anybody: sign in as an IAM user or through IAM Identity"
    )
    assert evaluation_of(asked, by=session("bob"), person="bob").counts
    assert evaluation_of(asked, by=session("bob"), person="ann").code == "own_request"


def test_the_person_behind_a_session_counts_as_having_asked() -> None:
    asked = request(requested_by=session("nightly"), requester_person=BOB)
    assert evaluation_of(asked).code == "own_request"
    assert evaluation_of(replace(asked, requester_person=ANN)).counts


def test_without_four_eyes_an_approver_may_approve_alone() -> None:
    assert evaluation_of(request(four_eyes=False), by=ANN).counts


def test_a_run_that_nobody_vouches_for_is_never_approved_however_long_cloudtrail_is_silent() -> None:
    asked = request(requested_by="schedule", proven=False, requester_person="")
    for silent in (timedelta(minutes=65), timedelta(days=2)):
        code, status, _ = refusal(evaluation_of(asked, now=NOW + silent), asked)
        assert (code, status) == ("requester_unknown", 409)
    why = Refusal("requester_unknown", HTTPStatus.SERVICE_UNAVAILABLE, "CloudTrail is throttled")
    assert refusal(evaluation_of(asked, refusal=why), asked) == ("requester_unknown", 503, why.sentence)
    assert evaluation_of(replace(asked, requester_person=ANN)).counts
    assert evaluation_of(replace(asked, four_eyes=False)).counts


@pytest.mark.parametrize("response_type", ResponseType)
def test_an_answer_after_the_expiry_is_refused(response_type: ResponseType) -> None:
    late = {"by": BOB, "now": NOW + timedelta(days=3)}
    code, status, sentence = refusal(evaluation_of(request(), response_type, **late), request())
    assert (code, status) == ("expired", 410)
    assert sentence == (
        "the request expired at 2026-11-24T21:00:00Z and nothing was deleted; request the deletion again"
    )
    expired = close_request(request(), NOW, "expired")
    assert refusal(evaluation_of(expired, response_type), expired)[:2] == ("expired", 410)


@pytest.mark.parametrize("response_type", ResponseType)
def test_an_answer_to_a_run_that_has_ended_is_refused(response_type: ResponseType) -> None:
    code, status, sentence = refusal(evaluation_of(request(), response_type, run_is_running=False), request())
    assert (code, status) == ("run_ended", 410)
    assert sentence == "the run one has ended; request the deletion again"


def test_an_answer_about_another_plan_is_refused_and_says_what_to_do() -> None:
    code, status, sentence = refusal(evaluation_of(request(), plan_hash="old"), request())
    assert (code, status) == ("plan_changed", 409)
    assert sentence == (
        f'your answer is for the plan "old", but the request is for "{HASH}"; '
        "read the request again and answer with its plan_hash"
    )


@pytest.mark.parametrize("response_type", [ResponseType.APPROVE, ResponseType.REJECT])
def test_the_same_answer_by_the_same_person_is_no_harm(response_type: ResponseType) -> None:
    answered = evaluation_of(request(), response_type).request
    again = evaluation_of(answered, response_type, now=NOW + timedelta(hours=2))
    assert (again.counts, again.code, again.request) == (True, "unchanged", answered)


@pytest.mark.parametrize(
    ("response_type", "by"),
    [(ResponseType.REJECT, BOB), (ResponseType.APPROVE, CAROL), (ResponseType.REJECT, CAROL)],
)
def test_another_answer_is_refused_and_told_who_has_answered(response_type: ResponseType, by: str) -> None:
    answered = evaluation_of(request(approvers=(BOB, CAROL))).request
    code, status, sentence = refusal(evaluation_of(answered, response_type, by=by), answered)
    assert (code, status) == ("already_approved", 409)
    assert sentence == f"the request was already approved by {BOB} at 2026-11-21T22:00:00Z"


@pytest.mark.parametrize("by", [ANN, BOB])
def test_who_asked_and_every_approver_may_cancel_a_request_that_waits(by: str) -> None:
    evaluation = evaluation_of(request(), ResponseType.CANCEL, by=by, reason="still needed")
    assert (evaluation.counts, evaluation.code) == (True, "cancelled")
    assert evaluation.sentence == f"cancelled by {by}; the cluster is unchanged"
    assert (evaluation.request.answered_by, evaluation.request.cancel_reason) == (by, "still needed")


def test_a_requester_who_is_no_approver_may_cancel() -> None:
    assert evaluation_of(request(approvers=(BOB,)), ResponseType.CANCEL, by=ANN).counts


def test_a_stranger_cancels_nothing() -> None:
    code, status, sentence = refusal(evaluation_of(request(), ResponseType.CANCEL, by=EVE), request())
    assert (code, status) == ("not_an_approver", 403)
    assert sentence == f"{EVE} neither requested this deletion nor is one of the policy's approvers"


def test_after_the_approval_a_cancellation_asks_the_run_to_stop() -> None:
    evaluation = evaluation_of(APPROVED, ResponseType.CANCEL, by=ANN)
    assert evaluation.counts
    assert evaluation.sentence == "the run stops before its next change and puts the cluster back as it was"
    stopping = evaluation.request
    assert (stopping.status, stopping.answered_by) == (Status.APPROVED, BOB)
    assert stopping.cancel_requested_by == ANN


def test_an_approval_that_has_not_reached_the_run_is_cancelled_at_once() -> None:
    cancelled = evaluation_of(evaluation_of(request()).request, ResponseType.CANCEL, by=ANN).request
    assert (cancelled.status, cancelled.answered_by) == (Status.CANCELLED, BOB)


def test_cancelling_twice_is_no_harm_but_the_first_is_who_did() -> None:
    stopping = evaluation_of(APPROVED, ResponseType.CANCEL, by=ANN).request
    assert evaluation_of(stopping, ResponseType.CANCEL, by=ANN).code == "unchanged"
    code, status, sentence = refusal(evaluation_of(stopping, ResponseType.CANCEL), stopping)
    assert (code, status) == ("already_cancelled", 409)
    assert sentence == f"the request was already cancelled by {ANN} at 2026-11-21T22:00:00Z"


def test_after_the_delete_call_nothing_can_be_cancelled() -> None:
    code, status, sentence = refusal(evaluation_of(COMMITTED, ResponseType.CANCEL), COMMITTED)
    assert (code, status) == ("deletion_started", 409)
    assert sentence.startswith("DeleteCluster was called at 2026-11-21T21:00:00Z and cannot be undone")


def test_what_was_rejected_or_has_ended_can_not_be_cancelled() -> None:
    rejected = evaluation_of(request(), ResponseType.REJECT).request
    assert refusal(evaluation_of(rejected, ResponseType.CANCEL), rejected)[0] == "already_rejected"
    ended = close_request(APPROVED, NOW, "refused")
    code, _, sentence = refusal(evaluation_of(ended, ResponseType.CANCEL), ended)
    assert code == "run_ended"
    assert "has ended with sales refused" in sentence


def test_a_cancelled_request_takes_no_answer() -> None:
    cancelled = evaluation_of(request(), ResponseType.CANCEL, by=ANN).request
    code, status, sentence = refusal(evaluation_of(cancelled), cancelled)
    assert (code, status) == ("already_cancelled", 409)
    assert sentence.startswith(f"the request was already cancelled by {ANN} at ")


MOVES = st.one_of(
    st.fixed_dictionaries(
        {
            "response_type": st.sampled_from(list(ResponseType)),
            "by": st.sampled_from([ANN, BOB, CAROL, EVE]),
            "plan_hash": st.sampled_from([HASH, "old"]),
            "run_is_running": st.booleans(),
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
        previous, asked = asked, _apply(asked, move, now)
        if previous.status is not Status.WAITING:
            assert (asked.answered_by, asked.answered_at) == (previous.answered_by, previous.answered_at)
        if asked.status is Status.APPROVED:
            assert asked.answered_by in allowed
            assert asked.answered_at is not None
            assert asked.answered_at < asked.expires_at
        assert not (asked.committed_at and asked.cancel_requested_at)


def _apply(asked: Request, move: Any, now: Any) -> Request:
    if move == "deliver":
        return replace(asked, delivered=asked.delivered or asked.status is Status.APPROVED)
    if move == "commit":
        return (asked.delivered and commit_request(asked, now)) or asked
    if move == "close":
        return close_request(asked, now, "cancelled" if asked.cancel_requested_at else "failed")
    evaluation = evaluation_of(asked, now=now, **move)
    assert evaluation.counts or evaluation.request == asked
    assert evaluation.sentence
    return evaluation.request
