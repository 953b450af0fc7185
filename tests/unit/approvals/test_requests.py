"""Requests to approve a deletion: one for a run and a cluster, and what the run does to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.requests import (
    Status,
    cancellation,
    close_request,
    commit_request,
    expire_undelivered,
    from_document,
    needs_new_answer,
    request_id,
    request_view,
    to_document,
)
from tests.support.approvals import ANN, BOB, HASH, RUN, evaluation_of, request
from tests.support.facts import NOW

APPROVED = replace(evaluation_of(request()).request, delivered=True)
STOPPING = evaluation_of(APPROVED, ResponseType.CANCEL, reason="still needed").request


def test_an_id_names_day_and_cluster_and_is_the_same_on_every_retry() -> None:
    assert request_id(RUN, "sales").startswith("20261121-sales-")
    assert request_id(RUN, "sales") == request_id(RUN, "sales")
    assert request_id(RUN, "sales") != request_id(replace(RUN, arn="another"), "sales")


@pytest.mark.parametrize("stored", [request(), APPROVED, STOPPING, close_request(APPROVED, NOW, "deleted")])
def test_a_request_is_read_as_it_was_written(stored: object) -> None:
    written = json.loads(json.dumps(to_document(stored)))  # type: ignore[arg-type] # every one is a request
    assert from_document(written) == stored
    assert from_document(written | {"unheard_of": 1}) == stored


def test_people_see_no_more_than_there_is_and_a_request_that_ran_out_as_expired() -> None:
    waiting = request_view(request(), NOW)
    assert waiting["status"] == "waiting"
    assert (waiting["requested_by"], waiting["expires_at"]) == (ANN, "2026-11-24T21:00:00Z")
    assert waiting["blockers_waived"] == []
    assert not {"answered_by", "cancel_reason", "closed_at", "started_by"} & set(waiting)
    assert request_view(request(four_eyes=False), NOW)["four_eyes"] is False
    assert request_view(request(), NOW + timedelta(days=3))["status"] == "expired"
    assert request_view(APPROVED, NOW + timedelta(days=3))["answered_by"] == BOB


def test_a_run_that_asks_once_more_hears_the_answer_that_there_is() -> None:
    rejected = evaluation_of(request(), ResponseType.REJECT).request
    cancelled = evaluation_of(request(), ResponseType.CANCEL).request
    for answered in (request(), APPROVED, rejected, cancelled):
        assert not needs_new_answer(answered, HASH, NOW)
    for final in (rejected, cancelled):
        assert not needs_new_answer(final, "another plan", NOW + timedelta(days=9))


@pytest.mark.parametrize("previous", [request(), APPROVED])
def test_another_plan_or_a_later_day_needs_another_answer(previous: object) -> None:
    assert needs_new_answer(previous, "another plan", NOW)  # type: ignore[arg-type] # each is a request
    assert needs_new_answer(previous, HASH, NOW + timedelta(days=3))  # type: ignore[arg-type] # as above
    assert needs_new_answer(close_request(request(), NOW, "failed"), HASH, NOW)


def test_a_run_that_ends_while_it_waits_leaves_an_expired_request() -> None:
    done = close_request(request(), NOW, "failed")
    assert (done.status, done.outcome, done.closed_at) == (Status.EXPIRED, "failed", NOW)
    assert close_request(done, NOW + timedelta(hours=1), "deleted") == done


def test_an_approval_that_reached_nobody_is_none() -> None:
    assert close_request(evaluation_of(request()).request, NOW, "expired").status is Status.EXPIRED


def test_an_approval_that_came_too_late_for_its_task_does_not_count() -> None:
    late = expire_undelivered(evaluation_of(request()).request)
    assert (late.status, late.answered_by) == (Status.EXPIRED, BOB)
    assert commit_request(late, NOW) is None
    rejected = evaluation_of(request(), ResponseType.REJECT).request
    for in_time in (APPROVED, rejected):
        assert expire_undelivered(in_time) == in_time


def test_an_answer_outlives_the_run() -> None:
    done = close_request(APPROVED, NOW, "deleted")
    assert (done.status, done.answered_by, done.outcome) == (Status.APPROVED, BOB, "deleted")


def test_a_run_that_stopped_on_request_leaves_a_cancelled_one() -> None:
    assert close_request(STOPPING, NOW, "cancelled").status is Status.CANCELLED
    assert close_request(STOPPING, NOW, "deleted").status is Status.APPROVED


def test_a_cancellation_says_who_when_and_why() -> None:
    assert cancellation(APPROVED) == ""
    assert cancellation(STOPPING) == f"{BOB} cancelled it at 2026-11-21T22:00:00Z: still needed"
    assert (
        cancellation(evaluation_of(APPROVED, ResponseType.CANCEL).request)
        == f"{BOB} cancelled it at 2026-11-21T22:00:00Z"
    )


def test_only_an_approved_request_that_nobody_cancelled_lets_the_delete_call_be_made() -> None:
    ready = commit_request(APPROVED, NOW)
    assert ready is not None
    assert ready.committed_at == NOW
    assert commit_request(ready, NOW + timedelta(hours=1)) == ready
    for unfit in (request(), STOPPING, evaluation_of(request(), ResponseType.REJECT).request):
        assert commit_request(unfit, NOW) is None
