"""Runs that have ended: which of them to look at once more, because the event on their end may be lost.

An event is delivered for a while only, and Lambda runs the function again for minutes only, so that an outage
at the wrong moment loses it. What Step Functions lists and the ledger's locks are looked at again and again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.domain.messages import StoppedRun

GRACE = timedelta(minutes=15)
"""In which the event itself reaches ReportStopped, with Lambda's retries (developer guide, "Understanding
retry behavior in Lambda": two, one and two minutes later) and the two minutes that each may take."""

LOOKED_BACK = timedelta(days=7)
"""A run that ended before is looked at only while it holds a lock: an outage is over by then."""


@dataclass(frozen=True)
class EndedRun:
    """An execution that has ended; ``status`` is Step Functions' own, ``redriven_at`` None if never."""

    arn: str
    status: str
    started_at: datetime
    stopped_at: datetime
    redriven_at: datetime | None = None


def runs_to_check(runs: Iterable[EndedRun], holders: Iterable[str], now: datetime) -> Iterator[EndedRun]:
    """Those that ended lately, and those that hold a lock still, whenever they ended.

    ``holders`` are the ARNs of the executions that hold locks.
    """
    holding = frozenset(holders)
    for run in runs:
        age = now - run.stopped_at
        if age >= GRACE and (age <= LOOKED_BACK or run.arn in holding):
            yield run


def status_change(run: EndedRun) -> StoppedRun:
    """What Step Functions' event said of the run's end."""
    machine, _, name = run.arn.replace(":execution:", ":stateMachine:").rpartition(":")
    return {
        "executionArn": run.arn,
        "stateMachineArn": machine,
        "name": name,
        "status": run.status,
        "startDate": _milliseconds(run.started_at),
        "stopDate": _milliseconds(run.stopped_at),
        "redriveDate": _milliseconds(run.redriven_at) if run.redriven_at else None,
    }


def _milliseconds(moment: datetime) -> float:
    return round(moment.timestamp() * 1000)
