"""Runs that have ended: which of them to look at once more, because the event on their end may be lost.

An event is delivered for a while only, and Lambda runs the function again for minutes only, so that an outage
at the wrong moment loses it. What Step Functions lists and the ledger's locks are looked at again and again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.domain.messages import StoppedRun
from steward.domain.moments import format_moment

GRACE = timedelta(minutes=15)
"""In which the event itself reaches ReportStopped, with Lambda's retries (developer guide, "Understanding
retry behavior in Lambda": two, one and two minutes later) and the two minutes that each may take."""

LOOKED_BACK = timedelta(days=7)
"""A run that ended before is looked at only while it holds a lock: an outage is over by then."""

MOST_SETTLED = 2000
"""Runs of a workflow in the record of settled ones; DynamoDB's limit of 400 kB holds twice as many."""


@dataclass(frozen=True)
class EndedRun:
    """An execution that has ended; ``status`` is Step Functions' own, ``redriven_at`` None if never."""

    arn: str
    status: str
    started_at: datetime
    stopped_at: datetime
    redriven_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]

    @property
    def end(self) -> str:
        """The moment of this end, as text: after a redrive the run has another one."""
        return format_moment(self.stopped_at)


def runs_to_check(
    runs: Iterable[EndedRun], holders: Iterable[str], settled: Mapping[str, str], now: datetime
) -> Iterator[EndedRun]:
    """Those that ended lately and are not settled, and those that hold a lock still, whenever they ended.

    Args:
        runs: Of one workflow.
        holders: The ARNs of the executions that hold locks.
        settled: The moments of ends for which nothing is left to do, by the run's name.
        now: The time.
    """
    holding = frozenset(holders)
    for run in runs:
        age = now - run.stopped_at
        open_end = age <= LOOKED_BACK and settled.get(run.name) != run.end
        if age >= GRACE and (open_end or run.arn in holding):
            yield run


def settled_now(settled: Mapping[str, str], added: Iterable[EndedRun], now: datetime) -> dict[str, str]:
    """``settled`` with the ends of ``added``, without those that are no longer looked at anyway."""
    known = {**settled, **{run.name: run.end for run in added}}
    oldest = format_moment(now - LOOKED_BACK)
    latest = sorted(known.items(), key=lambda each: each[1], reverse=True)[:MOST_SETTLED]
    return {name: end for name, end in latest if end >= oldest}


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
