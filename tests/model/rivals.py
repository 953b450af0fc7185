"""Runs of other workflows that come to the same cluster while deprovision is at work on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.outages import name_outages
from steward.domain.error_budget import budget_for, is_outage, pause_after
from steward.domain.moments import format_moment
from steward.domain.run import Run
from steward.steps.abandon import Tools as AbandonTools
from steward.steps.abandon import abandon
from steward.steps.recovery import StartRecoveryTools, start_recovery
from tests.support.fault_plan import HeldError
from tests.support.held_invocation import begin_invocation
from tests.support.inprocess_redshift import Redshift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation
    from tests.support.memory_ledger import Ledger

ARN_OF_RUNS = "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-test-"
POLL = 300
"""Seconds between two looks of a wait loop."""

HEARS_AFTER = 60
"""Seconds until ReportStopped hears of a stop."""


@dataclass
class Rival:
    """The child execution of another workflow for the game's cluster, one invocation at a time.

    Attributes:
        run: As `steward.domain.messages.RunInfo`.
        ledger: Its run's records, and the locks of all runs; a recovery run gets that of the stopped run.
        redshift: Its own client: what it changes is not deprovision's doing.
        unlocked: Changes that it made without holding the lock.
        recovery: The run that went on after a stop.
    """

    simulation: Simulation
    item: dict[str, Any]
    run: dict[str, str]
    ledger: Ledger
    since: str = ""
    attempt: int = 0
    errors: int = 0
    stopped: bool = False
    unlocked: list[str] = field(default_factory=list)
    recovery: Rival | None = None
    redshift: Redshift = field(init=False)

    def __post_init__(self) -> None:
        game = self.simulation
        self.redshift = Redshift(game.backend, game.faults)
        self.redshift.trail = game.others.trail
        self.redshift.before_change = lambda name: watch_lock(self.unlocked, name, self.ledger, self.run)
        others: Any = game.others
        ledger: Any = self.ledger
        self.common: dict[str, Any] = {
            "locks": ledger,
            "operations": ledger,
            "events": others,
            "executions": others,
            "scheduled_tasks": others,
        }
        self._abandon = AbandonTools(ledger, ledger, others, others, game.clock)  # type: ignore[arg-type]  # it stands still
        self.build()

    def build(self) -> None:
        """The tools of its steps."""

    def begin(self, simulation: Simulation) -> None:
        """Its first step."""
        raise NotImplementedError

    @property
    def record(self) -> dict[str, Any]:
        return self.ledger.records.get("sales", {})

    def invoke(
        self,
        step: Callable[..., Any],
        event: dict[str, Any],
        tools: Any,
        again: Callable[[Simulation], None],
    ) -> dict[str, Any] | None:
        """The step's answer; None when an error came, which is waited out or ends the operation."""
        try:
            with name_outages():
                answer = dict(begin_invocation(self.simulation, lambda: step(event, tools)))
        except HeldError:
            self.later(again, 2)
            return None
        except Exception as error:  # noqa: BLE001 - whatever a function raises, the machine catches
            self.errors += 1
            failure = {"Error": type(error).__name__, "Cause": str(error)}
            if is_outage(failure) and self.errors <= budget_for(failure).tolerated:
                self.later(again, pause_after(self.errors))
            elif not self.stopped:
                abandon({**event, "error": failure}, self._abandon)
                self.end_run()
            return None
        self.errors = 0
        if answer["next"] == "done":
            self.end_run()
        return answer

    def step_event(self, simulation: Simulation) -> dict[str, Any]:
        """The event of a step that may ask to be called again."""
        flags = {"force": False, "ignore_window": False}
        return self.about(simulation) | {"since": self.since, "attempt": self.attempt, "overrides": flags}

    def about(self, simulation: Simulation) -> dict[str, Any]:
        now = format_moment(simulation.clock.moment)
        child = f"{self.run['name']}'s child"
        return {"item": self.item, "run": self.run, "now": now, "execution": child}

    def later(self, act: Callable[[Simulation], None], seconds: float) -> None:
        """Unless the run is stopped before."""
        self._schedule(lambda simulation: None if self.stopped else act(simulation), seconds)

    def _schedule(self, act: Callable[[Simulation], Any], seconds: float) -> None:
        events = self.simulation.events
        events.append((self.simulation.clock.moment + timedelta(seconds=seconds), act))
        events.sort(key=lambda event: event[0])

    def end_run(self) -> None:
        self.simulation.others.ended.add(self.run["arn"])

    def stop(self) -> None:
        """Somebody stops its run; ReportStopped, which hears of it, starts its recovery."""
        if not self.stopped and self.run["arn"] not in self.simulation.others.ended:
            self.stopped = True
            self.end_run()
            self._schedule(self._report_stop, HEARS_AFTER)

    def _report_stop(self, simulation: Simulation) -> None:
        """What is half done gets a recovery run; else nothing is left but the lock."""
        run, anything = Run(**self.run), _Recovers(self)
        tools: Any = StartRecoveryTools(self.ledger, self.ledger, self.simulation.others, anything, anything)  # type: ignore[arg-type]  # in memory
        plan = {"clusters": [{"cluster": "sales"}]}
        if not start_recovery(run, plan, format_moment(simulation.clock.moment), tools).names:
            self.ledger.release("sales", run)

    def recover(self, recovery: Run) -> None:
        """The recovery run begins."""
        arn, name, workflow = recovery.arn, recovery.name, recovery.workflow
        began = {"arn": arn, "name": name, "started_at": recovery.started_at, "workflow": workflow}
        item = {**self.item, "continues": self.run}
        self.recovery = type(self)(self.simulation, item, began, self.ledger)
        self.recovery._schedule(self.recovery.begin, 1)


@dataclass(frozen=True)
class _Recovers:
    """Starts recovery runs, as `steward.adapters.executions.RecoveryRuns`."""

    rival: Rival

    def start(self, recovery: Run, _stopped: str) -> None:
        self.rival.recover(recovery)


def watch_lock(unlocked: list[str], name: str, ledger: Ledger, run: Mapping[str, str]) -> None:
    """Note a change that is made without the lock."""
    if ledger.locks.get("sales") != run["arn"]:
        unlocked.append(f"{name} by {run['name']}, while the lock is held by {ledger.locks.get('sales')}")


def run_named(workflow: str, number: int, simulation: Simulation) -> dict[str, str]:
    """A run's identity, as `steward.domain.messages.RunInfo`."""
    name = f"{workflow}-{number}"
    began = format_moment(simulation.clock.moment)
    return {"arn": f"{ARN_OF_RUNS}{workflow}:{name}", "name": name, "started_at": began, "workflow": workflow}


def item_of(cluster: Cluster) -> dict[str, Any]:
    """What every plan says of a cluster."""
    created = format_moment(cluster.created)
    return {"cluster": "sales", "namespace_arn": cluster.namespace_arn, "created_at": created}
