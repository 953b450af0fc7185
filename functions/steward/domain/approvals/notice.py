"""What people are told about a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from steward.domain.approvals.requests import SCHEDULE, UNKNOWN
from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steward.domain.approvals.requests import Request


def subject(request: Request) -> str:
    """The notice's subject."""
    return f"Approve or reject: delete the Redshift cluster {request.cluster}"


def text(request: Request) -> str:
    """What will be done, what was waived, until when, and how to answer."""
    expires, waived = format_moment(request.expires_at), request.blockers_waived
    return "\n".join(
        [
            f"{_asks(request)} the Redshift cluster {request.cluster}.",
            f"Reason: {request.reason or 'none was given'}",
            "",
            "What will be done:",
            *_told(request.plan),
            "",
            "What stands in the way and was waived:" if waived else "Nothing stands in the way.",
            *_told(waived),
            "",
            f"Without an answer by {expires} nothing is deleted. To answer:",
            f"  steward approve {request.id}",
            f"  steward reject {request.id}",
            f"To stop it later, until the delete call is made: steward cancel {request.id}",
            "",
            f"Plan: {request.plan_hash}",
            f"Run: {request.execution}",
        ]
    )


def _asks(request: Request) -> str:
    """Who wants it, where anybody is known to."""
    nobody = {SCHEDULE: "Its tag nominates for deletion", UNKNOWN: "Somebody who gave no name asks to delete"}
    return nobody.get(request.requested_by, f"{request.requested_by} asks to delete")


def _told(value: Any, indent: str = "") -> Iterator[str]:
    """A JSON value as lines: one for each fact, deeper ones indented."""
    facts = value.items() if hasattr(value, "items") else (("", each) for each in value)
    for name, fact in facts:
        label = f"{indent}- {name}: " if name else f"{indent}- "
        if isinstance(fact, dict | list | tuple) and fact:
            yield label.rstrip() if name else f"{indent}-"
            yield from _told(fact, indent + "  ")
        else:
            yield label + (fact if isinstance(fact, str) else json.dumps(fact))
