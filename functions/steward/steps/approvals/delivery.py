"""Delivery: the answer that is on record reaches the task that waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from steward.domain.approvals.requests import Request, Status, cancellation
from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from steward.adapters.approvals import WaitingTasks
    from steward.adapters.ledger.requests import Kept, Requests

REJECTED, CANCELLED = "Rejected", "Cancelled"
"""Errors with which the waiting task fails."""


class DeliveryTools(Protocol):
    """What every step that delivers may touch."""

    @property
    def requests(self) -> Requests:
        """Where the answer is kept."""

    @property
    def tasks(self) -> WaitingTasks:
        """What waits for it."""


def deliver(kept: Kept, tools: DeliveryTools) -> bool:
    """Bring the answer to the task; False when that waits no longer. What was delivered is never sent again.

    The record comes first and the delivery second: whoever answers the same once more repeats the delivery
    that a crash left out.
    """
    request = kept.request
    if request.delivered:
        return True
    sent = _approve(kept, tools) if request.status is Status.APPROVED else _fail(kept, tools)
    if sent:
        tools.requests.change(request.id, lambda now: replace(now, delivered=True))
        return True
    known = tools.requests.find(request.id)
    return known is not None and known.request.delivered


def _approve(kept: Kept, tools: DeliveryTools) -> bool:
    request = kept.request
    output = {
        "request": request.id,
        "approved_by": request.answered_by,
        "approved_at": _moment(request),
        "reason": request.answer_reason,
    }
    return tools.tasks.succeed(kept.token, output)


def _fail(kept: Kept, tools: DeliveryTools) -> bool:
    request = kept.request
    if request.status is Status.CANCELLED:
        return tools.tasks.fail(kept.token, CANCELLED, cancellation(request))
    why = f": {request.answer_reason}" if request.answer_reason else ""
    return tools.tasks.fail(
        kept.token, REJECTED, f"{request.answered_by} rejected it at {_moment(request)}{why}"
    )


def _moment(request: Request) -> str:
    return format_moment(request.answered_at) if request.answered_at else ""
