"""What the steward tells programs on the account's event bus: the kinds of events and their details.

Every detail has a ``version``, which grows when a field changes its meaning or goes; new fields do not change
it. The shapes are in ``docs/events``. An event may come twice: EventBridge delivers at least once, and a step
that is tried again says again what it did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def run_finished(run: Run, document: Mapping[str, Any], report: str) -> dict[str, Any]:
    """A run has ended; ``document`` is its report, ``report`` where that is kept."""
    kept = ("status", "headline", "started_at", "ended_at")
    return of_run(run) | {key: document[key] for key in kept} | {"report": report}
