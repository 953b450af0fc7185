"""What the steward tells programs on the account's event bus: the kinds of events and their details.

Every detail has a ``version``, which grows when a field changes its meaning or goes; new fields do not change
it. The shapes are in ``docs/events``. An event may come twice: EventBridge delivers at least once, and a step
that is tried again says again what it did.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.domain.approvals.requests import Request
    from steward.domain.operation import Operation
    from steward.domain.run import Run

VERSION = 1

RUN_STARTED = "Steward Run Started"
OPERATION_FINISHED = "Steward Operation Finished"
DRIFT_FOUND = "Steward Drift Found"
APPROVAL_REQUESTED = "Steward Approval Requested"
RUN_FINISHED = "Steward Run Finished"
KINDS = (RUN_STARTED, OPERATION_FINISHED, DRIFT_FOUND, APPROVAL_REQUESTED, RUN_FINISHED)
"""``detail-type`` of each event; all of them have the ``source`` of `steward.adapters.notices.SOURCE`."""


class DriftAction(StrEnum):
    """What the steward does about drift."""

    HEALED = "healed"
    """It changes the roles."""
    REPORTED = "reported"
    """It leaves them as they are, because the policy says so or because something stands in the way."""


def of_run(run: Run) -> dict[str, Any]:
    """What every detail begins with."""
    return {"version": VERSION, "workflow": run.workflow, "run": run.name, "execution": run.arn}


def run_started(run: Run, *, selected: int, acting: int, dry_run: bool) -> dict[str, Any]:
    """A run has been planned: so many clusters are selected, and so many of them will be acted on."""
    return of_run(run) | {
        "started_at": run.started_at,
        "selected": selected,
        "acting": acting,
        "dry_run": dry_run,
    }


def operation_finished(run: Run, operation: Operation) -> dict[str, Any]:
    """What a run does to one cluster has come to its end."""
    return of_run(run) | {
        "cluster": operation.cluster,
        "namespace_arn": operation.namespace_arn,
        "outcome": operation.outcome,
        "code": operation.code,
        "reason": operation.reason,
    }


def drift_found(
    run: Run, cluster: str, now: datetime, action: DriftAction, about: Mapping[str, Any]
) -> dict[str, Any]:
    """A cluster's roles differ from the policy; ``about`` has ``drift``, and ``changed`` if it is known."""
    return of_run(run) | {
        "cluster": cluster,
        "found_at": format_moment(now),
        "action": action.value,
        **about["drift"],
        "changed": about.get("changed", {}),
    }


def approval_requested(run: Run, request: Request) -> dict[str, Any]:
    """A person is asked whether a cluster may be deleted: where to look, not the whole plan."""
    return of_run(run) | {
        "request": request.id,
        "cluster": request.cluster,
        "plan_hash": request.plan_hash,
        "requested_by": request.requested_by,
        "expires_at": format_moment(request.expires_at),
    }


def run_finished(run: Run, document: Mapping[str, Any], report: str) -> dict[str, Any]:
    """A run has ended; ``document`` is its report, ``report`` where that is kept."""
    kept = ("status", "headline", "started_at", "ended_at", "seconds")
    outcomes = Counter(line["outcome"] for line in document["clusters"])
    return (
        of_run(run)
        | {key: document[key] for key in kept}
        | {"outcomes": dict(sorted(outcomes.items())), "report": report}
    )
