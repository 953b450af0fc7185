"""The notice (SNS) that a request for approval sends: subject and plain text."""

import json
from collections.abc import Iterator
from typing import Any

from steward.domain.approvals.promises import effective_settings
from steward.domain.approvals.requests import SCHEDULE, UNKNOWN, Request
from steward.domain.moments import format_moment
from steward.domain.one_line import one_line


def subject(request: Request) -> str:
    """One line; the adapter cuts what is longer than SNS takes."""
    return f"Approve or reject: delete the Redshift cluster {request.cluster}"


def text(request: Request) -> str:
    """What will be done, which blockers were waived, the deadline, and the commands that answer."""
    expires, waived = format_moment(request.expires_at), request.blockers_waived
    return "\n".join(
        [
            _who_asks(request),
            f"Reason given: {one_line(request.reason) or 'none'}",
            "",
            *_at_the_head(request),
            "What will be done:",
            *_lines(request.plan),
            "",
            "Blockers, waived by the policy:" if waived else "No blockers.",
            *_lines(waived),
            "",
            f"Nothing is deleted without an approval by {expires}. To answer:",
            f"  steward approve {request.id}",
            f"  steward reject {request.id}",
            f"To stop it later, until DeleteCluster is called: steward cancel {request.id}",
            "",
            f"Plan: {request.plan_hash}",
            f"Run: {request.execution}",
        ]
    )


def _at_the_head(request: Request) -> list[str]:
    shown = list(_lines({**effective_settings(request.plan), **request.facts}))
    return ["What it comes to:", *shown, ""] if shown else []


def _who_asks(request: Request) -> str:
    """What AWS vouches for is told apart from what the run's input claims."""
    cluster = f"the Redshift cluster {request.cluster}"
    if request.proven:
        return f"Verified: {request.requested_by} asks to delete {cluster}."
    if request.requested_by == SCHEDULE:
        return f"Verified: its tag nominates {cluster} for deletion. Not verified: who set the tag."
    if request.requested_by == UNKNOWN:
        return f"Not verified: an unnamed requester asks to delete {cluster}."
    return (
        f"Not verified: the run's input says that {one_line(request.requested_by)} asks to delete {cluster}."
    )


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    """A JSON value as one line per fact, nested facts indented by two spaces."""
    facts = value.items() if hasattr(value, "items") else (("", each) for each in value)
    for name, fact in facts:
        label = f"{indent}- {one_line(str(name))}: " if name else f"{indent}- "
        if isinstance(fact, dict | list | tuple) and fact:
            yield label.rstrip() if name else f"{indent}-"
            yield from _lines(fact, indent + "  ")
        else:
            yield label + (one_line(fact) if isinstance(fact, str) else json.dumps(fact))
