"""The events on the account's event bus: their kinds and the shapes of their details.

``docs/events`` has a JSON Schema of each. An event may arrive twice: EventBridge delivers at least once, and
a step that is retried publishes again.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from steward.domain.approvals.requests import Request
from steward.domain.moments import format_moment
from steward.domain.operation import Operation
from steward.domain.run import SCHEMA_VERSION, Run

RUN_STARTED = "Steward Run Started"
OPERATION_FINISHED = "Steward Operation Finished"
DRIFT_FOUND = "Steward Drift Found"
APPROVAL_REQUESTED = "Steward Approval Requested"
RUN_FINISHED = "Steward Run Finished"
KINDS = (RUN_STARTED, OPERATION_FINISHED, DRIFT_FOUND, APPROVAL_REQUESTED, RUN_FINISHED)
"""``detail-type`` of each event; all of them have the ``source`` of `steward.adapters.notices.SOURCE`."""


class DriftAction(StrEnum):
    CORRECTED = "corrected"
    """The run changes the roles."""
    REPORTED = "reported"
    """The run leaves them unchanged: the policy says so, or a precondition is not met."""


def of_run(run: Run) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "workflow": run.workflow, "run": run.name, "execution": run.arn}


def run_started(run: Run, *, selected: int, acting: int, dry_run: bool) -> dict[str, Any]:
    """A run has been planned; ``selected`` and ``acting`` are numbers of clusters."""
    return of_run(run) | {
        "started_at": run.started_at,
        "selected": selected,
        "acting": acting,
        "dry_run": dry_run,
    }


def operation_finished(run: Run, operation: Operation) -> dict[str, Any]:
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
    """A deletion needs approval. The detail identifies the request; it does not carry the plan."""
    return of_run(run) | {
        "request": request.id,
        "cluster": request.cluster,
        "plan_hash": request.plan_hash,
        "requested_by": request.requested_by,
        "expires_at": format_moment(request.expires_at),
    }


def run_finished(run: Run, document: Mapping[str, Any], report: str) -> dict[str, Any]:
    """A run has ended; ``document`` is report.json, ``report`` its S3 address."""
    kept = ("status", "headline", "started_at", "ended_at", "seconds")
    outcomes = Counter(line["outcome"] for line in document["clusters"])
    return (
        of_run(run)
        | {key: document[key] for key in kept}
        | {"outcomes": dict(sorted(outcomes.items())), "report": report}
    )
