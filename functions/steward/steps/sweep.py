"""Sweep: no run that has ended stays without report or recovery, and none keeps a lock.

ReportStopped does the same when it hears of a run's end. It hears of it once: an outage of minutes can end
all its tries. Here the state decides, not the event, so that it is made up for whenever AWS works again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from steward.adapters.clock import Clock
from steward.adapters.executions import EndedRuns
from steward.domain.ended_runs import EndedRun, runs_to_check, status_change
from steward.domain.errors import ReportIncomplete
from steward.domain.messages import SweepEvent
from steward.domain.watch import Lock
from steward.steps.report import release_locks
from steward.steps.report_stopped import REDRIVEN, report_stopped, run_of_status_change
from steward.steps.report_stopped import Tools as ReportStoppedTools


@dataclass(frozen=True)
class Tools(ReportStoppedTools):
    """Those of ReportStopped, and the list of runs."""

    ended_runs: EndedRuns
    clock: Clock


def sweep(event: SweepEvent, tools: Tools) -> dict[str, str]:
    """Report, recover and unlock every run that ended without it; each survives the failure of another.

    Returns:
        The status of ReportStopped's answer, by ARN of each run that was looked at; no state reads it.

    Raises:
        ReportIncomplete: Some of them failed, all others are done; the next hour tries again.
    """
    done: dict[str, str] = {}
    failures: list[str] = []
    held = tools.held_locks.all()
    for run in _runs(event, held, tools):
        try:
            done[run.arn] = _finish(run, held, tools)
        except Exception as error:  # noqa: BLE001 - each run survives whatever ends another; all are raised below
            failures.append(f"{run.arn}: {type(error).__name__}: {error}")
    if failures:
        raise ReportIncomplete("; ".join(failures))
    return done


def _runs(event: SweepEvent, held: Iterable[Lock], tools: Tools) -> Iterator[EndedRun]:
    holders = {lock.run for lock in held}
    for machine in event["machines"]:
        yield from runs_to_check(tools.ended_runs.of_machine(machine), holders, tools.clock.now())


def _finish(run: EndedRun, held: Iterable[Lock], tools: Tools) -> str:
    detail = status_change(run)
    answer = report_stopped({"detail": detail}, tools)
    if answer["status"] != REDRIVEN:
        release_locks(held, run_of_status_change(detail), tools.locks)
    return answer["status"]
