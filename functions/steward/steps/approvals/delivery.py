"""Delivery: the task that waits receives the answer that is on record."""

from dataclasses import dataclass, replace

from steward.adapters.approvals import WaitingTasks
from steward.adapters.ledger.requests import Requests, StoredRequest
from steward.domain.approvals.requests import Request, Status, cancellation
from steward.domain.moments import format_moment

REJECTED, CANCELLED = "Rejected", "Cancelled"
"""Error names with which the waiting task fails; the state machine catches both."""


@dataclass(frozen=True)
class DeliveryTools:
    requests: Requests
    tasks: WaitingTasks


def deliver(stored: StoredRequest, tools: DeliveryTools) -> bool:
    """Send the answer to the task, at most once; False when the task no longer waits.

    The record is written before the delivery: a person who repeats an answer repeats a delivery that a
    crash prevented.
    """
    request = stored.request
    if request.delivered:
        return True
    sent = _approve(stored, tools) if request.status is Status.APPROVED else _fail(stored, tools)
    if sent:
        tools.requests.change(request.id, lambda now: replace(now, delivered=True))
        return True
    current = tools.requests.find(request.id)
    return current is not None and current.request.delivered


def _approve(stored: StoredRequest, tools: DeliveryTools) -> bool:
    request = stored.request
    output = {
        "request": request.id,
        "approved_by": request.answered_by,
        "approved_at": _answer_moment(request),
        "reason": request.answer_reason,
    }
    return tools.tasks.succeed(stored.token, output)


def _fail(stored: StoredRequest, tools: DeliveryTools) -> bool:
    request = stored.request
    if request.status is Status.CANCELLED:
        return tools.tasks.fail(stored.token, CANCELLED, cancellation(request))
    why = f": {request.answer_reason}" if request.answer_reason else ""
    cause = f"{request.answered_by} rejected it at {_answer_moment(request)}{why}"
    return tools.tasks.fail(stored.token, REJECTED, cause)


def _answer_moment(request: Request) -> str:
    return format_moment(request.answered_at) if request.answered_at else ""
