"""In quarantine nobody is asked: a task waits for its token, so that a cancellation comes through at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.requests import Status
from steward.domain.moments import format_moment
from steward.steps.approvals.delivery import deliver
from steward.steps.approvals.request_approval import Tools, request_approval
from tests.support.approvals import ANN, RUN, WAITING, FakeRequests, FakeTasks, evaluation_of
from tests.support.facts import NOW

if TYPE_CHECKING:
    from steward.adapters.ledger.requests import StoredRequest

EVENT = {
    "item": {"cluster": "sales"},
    "run": {"arn": RUN.arn, "name": RUN.name, "started_at": RUN.started_at, "workflow": RUN.workflow},
    "now": format_moment(NOW),
    "hold": True,
    "token": "of-the-quarantine",
}


def held(status: Status | None = Status.APPROVED, **changes: Any) -> tuple[Tools, FakeRequests, FakeTasks]:
    """A quarantine that has just begun, for a request that was answered so; None: there is no request."""
    folder, tasks = FakeRequests(), FakeTasks()
    tools = Tools(folder, tasks, None, None, None, None)  # type: ignore[arg-type]  # nobody is told
    if status is not None:
        kept = WAITING.__class__(**{**WAITING.__dict__, "status": status, "delivered": True, **changes})
        folder.write(kept, "of-the-question", None)
    request_approval(EVENT, tools)
    return tools, folder, tasks


def kept(folder: FakeRequests) -> StoredRequest:
    found = folder.find(WAITING.id)
    assert found is not None
    return found


def test_an_approval_that_counts_is_not_delivered_to_the_quarantine() -> None:
    _, folder, tasks = held()

    assert tasks.answers == []
    assert (kept(folder).token, kept(folder).request.status) == ("of-the-quarantine", Status.APPROVED)


def test_a_cancellation_reaches_the_quarantine_at_once() -> None:
    tools, folder, tasks = held()
    cancelled = evaluation_of(kept(folder).request, ResponseType.CANCEL, by=ANN, plan_hash="").request
    folder.write(cancelled, kept(folder).token, kept(folder))

    assert deliver(kept(folder), tools)

    ((token, error, cause),) = tasks.answers
    assert (token, error) == ("of-the-quarantine", "Cancelled")
    assert ANN in cause


def test_a_cancellation_that_came_before_the_quarantine_ends_it_at_once() -> None:
    _, _, tasks = held(cancel_requested_by=ANN, cancel_requested_at=NOW)
    _, _, rejected = held(Status.REJECTED)

    assert [each[0] for each in tasks.answers] == ["of-the-quarantine"]
    assert [each[1] for each in rejected.answers] == ["Rejected"]


def test_without_a_request_the_quarantine_is_only_waited_for() -> None:
    _, folder, tasks = held(None)

    assert (folder.stored, tasks.answers) == ({}, [])
