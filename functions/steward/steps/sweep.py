"""Sweep: no run that has ended stays without report or recovery, and none keeps a lock.

ReportStopped does the same when it hears of a run's end. It hears of it once: an outage of minutes can end
all its tries. Here the state decides, not the event, so that it is made up for whenever AWS works again. A
run for which nothing was left to do is remembered, and costs no read from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from steward.adapters.clock import Clock
from steward.adapters.executions import EndedRuns
from steward.adapters.ledger.locks import CachedLocks
from steward.adapters.ledger.settled_runs import SettledRuns
from steward.domain.ended_runs import EndedRun, runs_to_check, settled_now, status_change
from steward.domain.errors import ReportIncomplete
from steward.domain.messages import SweepEvent
from steward.domain.watch import Lock
from steward.domain.workflows import workflow_of_machine
from steward.steps.report import release_locks
from steward.steps.report_stopped import REDRIVEN, REPORTED, report_stopped, run_of_status_change
from steward.steps.report_stopped import Tools as ReportStoppedTools


@dataclass(frozen=True)
class Tools(ReportStoppedTools):
    """Those of ReportStopped, the list of runs, and those of them that are settled."""

    ended_runs: EndedRuns
    settled_runs: SettledRuns
    clock: Clock


def sweep(event: SweepEvent, tools: Tools) -> dict[str, str]:
    """Report, recover and unlock every run that ended without it; each survives the failure of another.

    Returns:
        The status of ReportStopped's answer, by ARN of each run that was looked at; no state reads it.

    Raises:
        ReportIncomplete: Some of them failed, all others are done; the next hour tries again.
    """
    tools = replace(tools, held_locks=CachedLocks(tools.held_locks))
    done: dict[str, str] = {}
    failures: list[str] = []
    for machine in event["machines"]:
        _sweep_machine(machine, tools, done, failures)
    if failures:
        raise ReportIncomplete("; ".join(failures))
    return done


def _sweep_machine(machine: str, tools: Tools, done: dict[str, str], failures: list[str]) -> None:
    """The runs of one state machine: their answers go to ``done``, what failed to ``failures``."""
    held, now = tools.held_locks.all(), tools.clock.now()
    workflow, holders = workflow_of_machine(machine).name, {lock.run for lock in held}
    known, settled = tools.settled_runs.of(workflow), []
    for run in runs_to_check(tools.ended_runs.of_machine(machine), holders, known, now):
        try:
            done[run.arn] = _finish(run, held, tools)
        except Exception as error:  # noqa: BLE001 - each run survives whatever ends another; all are raised above
            failures.append(f"{run.arn}: {type(error).__name__}: {error}")
        else:
            # a lock, or anything that was yet to be done, leaves the proof to the next hour
            if done[run.arn] == REPORTED and run.arn not in holders:
                settled.append(run)
    if settled:
        tools.settled_runs.write(workflow, settled_now(known, settled, now))


def _finish(run: EndedRun, held: Iterable[Lock], tools: Tools) -> str:
    detail = status_change(run)
    answer = report_stopped({"detail": detail}, tools)
    if answer["status"] != REDRIVEN:
        release_locks(held, run_of_status_change(detail), tools.locks)
    return answer["status"]
