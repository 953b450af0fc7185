"""The child execution of deprovision, simulated fast: the real steps, the state machine's graph, no HTTP.

`ROUTES` is the graph; tests/contracts compares it with the synthesized state machine.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.redshift.errors import RedshiftError
from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.adapters.deletion import ClusterDeletion, CopyRemoval, DeletionTags, Restore
from steward.adapters.inspection import DetailedClusters
from steward.adapters.outages import name_outages
from steward.adapters.snapshots import GuardSnapshots, Snapshots, SnapshotTags
from steward.domain.decision import act
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.moves import Delegate
from steward.domain.deprovision.nominees import Nominee, plan_entry
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import AVAILABLE, ENDED_BADLY
from steward.domain.error_budget import budget_for, is_outage, pause_after
from steward.domain.errors import ClusterBusy
from steward.domain.failure import DEADLINE
from steward.domain.moments import format_moment, parse_moment
from steward.domain.plan import item
from steward.domain.run_input import RunInput
from steward.domain.workflows import DEPROVISION
from steward.steps.abandon import Tools as AbandonTools
from steward.steps.abandon import abandon
from steward.steps.approvals.request_approval import Tools as RequestApprovalTools
from steward.steps.approvals.request_approval import request_approval
from steward.steps.deprovision.advance import Tools as AdvanceTools
from steward.steps.deprovision.advance import advance
from steward.steps.deprovision.delete import Tools as DeleteTools
from steward.steps.deprovision.delete import delete
from steward.steps.deprovision.inspect_dependents import inspect_cluster
from steward.steps.deprovision.remove_copy import Tools as RemoveTools
from steward.steps.deprovision.remove_copy import remove_copy
from tests.support.deployed_policy import FixedPolicy
from tests.support.deprovision_env import Others, Time
from tests.support.fault_plan import TWIN, FaultPlan, KilledError
from tests.support.held_invocation import begin_invocation, hold_this_invocation
from tests.support.inprocess_redshift import Redshift
from tests.support.memory_ledger import Ledger, MemoryBaselines, MemoryRequests
from tests.support.simulated_waits import is_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.redshift.state.backend import RedshiftBackend

RUN = {
    "arn": "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-test-deprovision:run-1",
    "name": "run-1",
    "started_at": "2026-11-21T21:00:00Z",
    "workflow": DEPROVISION.name,
}

ROUTES = {
    "again": "Pause before retry",
    "hold": "In quarantine",
    "ask": "Wait for approval",
    "register": "Register",
    "until_snapshot": "Until the guard snapshot is taken: begin",
    "until_restored": "Until the copy is restored: begin",
    "until_copy_gone": "Until the copy is gone: begin",
    "until_rotated": "Until the keys are rotated: begin",
    "until_paused": "Until it is paused: begin",
    "until_resumed": "Until it is resumed: begin",
    "until_deleted": "Until it is gone: begin",
    "until_final": "Until the final snapshot is complete: begin",
    "delete": "Delete the cluster",
    "remove_copy": "Remove the copy",
    "done": "Cluster done",
    "failed": "Operation failed",
}
"""What follows Advance, by its answer."""

RETRIES = 8
LONGEST = timedelta(days=400)
READY = {("available", "available")}


class CaughtError(Exception):
    """A state ended with an error that the state machine catches."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.answers: dict[str, Any] = {"Error": error, "Cause": cause}


class StoppedError(Exception):
    """The run was stopped; a function that was at work has ended."""


@dataclass
class Simulation:
    """One cluster's child execution in a world where things happen.

    Attributes:
        events: What others do, and when.
        answer: What a person does about the request, so long after it was made; None: nobody answers.
    """

    backend: RedshiftBackend
    clock: Time
    settings: Mapping[str, Any]
    faults: FaultPlan = field(default_factory=FaultPlan)
    events: list[tuple[datetime, Callable[[Simulation], None]]] = field(default_factory=list)
    answer: tuple[timedelta, Callable[[Simulation], None]] | None = None
    others: Others = field(default_factory=Others)
    about_run: Mapping[str, str] = field(default_factory=RUN.copy)
    steps: int = 0
    interrupted: bool = False
    trace: list[str] = field(default_factory=list)
    at_stop: dict[str, Any] = field(default_factory=dict)
    applied_before_stop: int = 0

    def __post_init__(self) -> None:
        self.faults.hold = self._hold
        self.redshift = Redshift(self.backend, self.faults)
        self.redshift.trail = self.others.trail
        self.ledger, self.requests = Ledger(self.faults), MemoryRequests()
        self.baselines = MemoryBaselines(self.faults)
        self._state: dict[str, Any] = {"since": "", "attempt": 0, "failure": {}}
        self._began = self.clock.moment
        self._tools()
        self.item = self._plan()

    def _hold(self) -> None:
        if self.faults.while_held is not None:
            self.events.insert(0, (self.clock.moment, self.faults.while_held))
        hold_this_invocation()

    def _tools(self) -> None:
        client: Any = self.redshift
        others: Any = self.others
        ledger: Any = self.ledger
        seeing = {
            "clusters": DetailedClusters(client),
            "snapshots": Snapshots(client),
            "dependents": others,
            "keys": others,
            "metrics": others,
            "trail": others,
            "requests": self.requests,
            "policy": FixedPolicy(deprovision=self.settings),
            "rotations": others,
            "baselines": self.baselines,
            "locks": ledger,
            "operations": ledger,
            "clock": self.clock,
            **dict.fromkeys(("executions", "scheduled_tasks"), others),
        }
        calling = {
            "guards": GuardSnapshots(client),
            "snapshot_tags": SnapshotTags(client),
            "tags": DeletionTags(client),
            "power": ClusterPower(client),
            "rotation": KeyRotation(client),
            "restores": Restore(client),
            **dict.fromkeys(("leftovers", "alarms", "events"), others),
        }
        self._advance = AdvanceTools(**seeing, **calling, history=ledger)
        self._delete = DeleteTools(**seeing, deletion=ClusterDeletion(client))
        self._remove = RemoveTools(
            seeing["clusters"], CopyRemoval(client), ledger, ledger, others, others, self.clock
        )  # type: ignore[arg-type] # made above
        self._ask = RequestApprovalTools(self.requests, others, others, others, seeing["policy"], others)
        self._abandon = AbandonTools(ledger, ledger, others, others, self.clock)  # type: ignore[arg-type] # it stands still

    def _plan(self) -> dict[str, Any]:
        """What Plan would tell the child; nothing goes wrong meanwhile."""
        later, self.faults.planned = self.faults.planned, {}
        details = self._advance.clusters.one("sales")
        assert details is not None
        settings = parse_settings(DeprovisionSettings, self.settings)
        inspection = inspect_cluster(details, settings, self.clock.moment, self._advance)
        nominee = Nominee(details, act("requested", "was asked for"), inspection)
        own = self._advance.snapshots.one(next(iter(self.backend.snapshots_by_id)))
        planned = item(plan_entry(nominee, settings, RunInput(requested_by="ann"), [own] if own else []))
        self.faults.planned, self.faults.count = later, 0
        return planned

    def run(self) -> str:
        """To the end of the child execution: ``done``, ``failed`` or ``abandoned``."""
        while True:
            try:
                answer: dict[str, Any] | None = self._hub()
                while answer is not None:
                    if answer["next"] in {"done", "failed"}:
                        return str(answer["next"])
                    answer = self._follow(answer)
            except StoppedError:
                return "stopped"
            except CaughtError as error:
                if not self._survives(error):
                    self._end_abandoned(error)
                    return "abandoned"
            self.steps += 1
            assert self.clock.moment - self._began < LONGEST, self.trace[-20:]
            assert self.steps < 2000, self.trace[-20:]

    def _end_abandoned(self, error: CaughtError) -> None:
        event = {**self._about(), "error": error.answers}
        for count in range(1, RETRIES):
            try:
                self._invoke(abandon, event, self._abandon)
            except CaughtError as caught:
                if caught.answers["Error"] != ClusterBusy.__name__:
                    raise
                self._pass(pause_after(count))
            else:
                return

    def _survives(self, error: CaughtError) -> bool:
        self._state["failure"] = failure = error.answers
        count = failure.get("count", 0)
        if count > budget_for(failure).most:
            return False
        if count:
            self._pass(pause_after(count))
            since = self._state["since"]
            later = timedelta(seconds=pause_after(count))
            self._state["since"] = since and format_moment(parse_moment(since) + later)
        return True

    def _hub(self) -> dict[str, Any]:
        failure = self._state["failure"]
        count = failure.get("count", 0)
        reported = "Error" in failure and (count == 0 or count > budget_for(failure).tolerated)
        return self._call(advance, self._turn() | {"error": failure if reported else {}}, self._advance)

    def _call(self, step: Callable[..., dict[str, Any]], event: dict[str, Any], tools: Any) -> dict[str, Any]:
        """A function of the child; its answer is ``$step``."""
        answer = self._task(step, event, tools)
        self._state["attempt"] += 1
        self._state["since"] = answer["since"]
        self._state["step"] = answer
        self.trace.append(f"{self.clock.moment:%d %H:%M:%S} {answer['next']}: {answer['reason']}")
        return answer

    def _task(self, step: Callable[..., dict[str, Any]], event: dict[str, Any], tools: Any) -> dict[str, Any]:
        """A state that calls a function: its errors in a row are counted until it succeeds."""
        elsewhere = bool(self._state["failure"].get("elsewhere"))
        try:
            answer = self._invoke(step, event, tools)
        except CaughtError as error:
            self._count(error, elsewhere=elsewhere or step is not advance)
            raise
        if step is not advance or not elsewhere:
            self._state["failure"] = {}
        return answer

    def _count(self, error: CaughtError, *, elsewhere: bool) -> None:
        self.trace.append(f"{self.clock.moment:%d %H:%M:%S} {error}")
        error.answers |= {"count": self._state["failure"].get("count", 0) + 1, "elsewhere": elsewhere}

    def _invoke(
        self, step: Callable[..., dict[str, Any]], event: dict[str, Any], tools: Any
    ) -> dict[str, Any]:
        """As Step Functions does it: the same input again when the function did not get to its end."""
        self.faults.interrupt = lambda kind: self._interrupt(kind, step, event, tools)
        for attempt in range(RETRIES + 1):
            self.backend.now()
            try:
                with name_outages():
                    answer = begin_invocation(self, lambda: step(event, tools))
            except KilledError:
                self._pass(min(30, 2 << attempt))
                continue
            except Exception as error:  # whatever a function raises, the machine catches
                raise CaughtError(type(error).__name__, str(error)) from error
            if self.others.stopped:
                raise StoppedError
            return answer
        raise CaughtError("Runtime.ExitError", "the function ended too early again and again")

    def _interrupt(self, kind: str, step: Callable[..., Any], event: dict[str, Any], tools: Any) -> None:
        """In the middle of an invocation: a second one of the same step, or the end of the run."""
        if kind == TWIN:
            with suppress(Exception):  # it ends for itself, whatever ends it
                step(event, tools)
            return
        self.at_stop = copy.deepcopy(self.ledger.records.get("sales", {}).get("evidence", {}))
        self.applied_before_stop = len(self.redshift.applied)
        self.others.stopped = True
        if "sales" in self.ledger.records:
            # whoever hears of the stop claims the record, as the report on a stopped run does
            self.ledger.records["sales"]["version"] += 1

    def _about(self) -> dict[str, Any]:
        now = format_moment(self.clock.moment)
        return {"item": self.item, "run": self.about_run, "now": now, "execution": "the child"}

    def _turn(self) -> dict[str, Any]:
        state = {name: self._state[name] for name in ("since", "attempt")}
        return self._about() | state | {"overrides": {}}

    def _follow(self, answer: dict[str, Any]) -> dict[str, Any] | None:
        """What the state machine does next; None: back to the hub."""
        following = answer["next"]
        assert following in ROUTES, following
        if following == "again":
            self._pass(answer["wait_seconds"])
        elif following in {"ask", "register", "hold"}:
            self._question(answer)
        elif following == Delegate.DELETE:
            return self._after_delete(self._call(delete, self._turn(), self._delete))
        elif following == Delegate.REMOVE_COPY:
            return self._after_delete(self._call(remove_copy, self._turn(), self._remove))
        else:
            self._wait(following)
        return None

    def _after_delete(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Both functions answer what to wait for, or to look again."""
        assert answer["next"] in {"until_deleted", "until_copy_gone", "again"}
        return answer

    def _question(self, answer: dict[str, Any]) -> None:
        event = self._about() | {
            "blockers_waived": answer["blockers_waived"],
            "token": "" if answer["next"] == "register" else "token",
            "hold": answer["next"] == "hold",
        }
        self.interrupted = False
        self._task(request_approval, event, self._ask)
        if answer["next"] == "register":
            return
        left = timedelta(seconds=answer["timeout_seconds"])
        if answer["next"] == "hold":
            self._pass(left.total_seconds(), until_interrupted=True)
        elif self.answer is not None and self.answer[0] < left:
            self._pass(self.answer[0].total_seconds())
            self.answer[1](self)
        else:
            self._pass(left.total_seconds())

    def _wait(self, loop: str) -> None:
        """One wait loop: its first pause, then a look, then longer pauses, up to the deadline."""
        began, pause, was_busy = self.clock.moment, 60.0, False
        while True:
            self._pass(pause)
            spent = (self.clock.moment - began).total_seconds()
            if cause := self.faults.unread():
                pause = self._could_not_look(cause, is_late=spent >= self.settings["deadline_seconds"])
                continue
            self._state["failure"] = {}
            settled = self._settled(loop)
            was_busy = was_busy or not settled
            if settled and (was_busy or spent >= 60):
                return
            if spent >= self.settings["deadline_seconds"]:
                raise CaughtError(DEADLINE, "it was still so at the policy's deadline")
            pause = max(15.0, min(600.0, spent * 0.2))

    def _could_not_look(self, cause: str, *, is_late: bool) -> float:
        """The pause until the next look; an outage is waited out in the loop."""
        error = CaughtError("Redshift.RedshiftException", cause)
        self._count(error, elsewhere=True)
        count = error.answers["count"]
        if not is_outage(error.answers) or count > budget_for(error.answers).tolerated or is_late:
            raise error
        self._state["failure"] = error.answers
        return pause_after(count)

    def _settled(self, loop: str) -> bool:
        step = self._state["step"]
        try:
            if loop in {"until_snapshot", "until_final"}:
                name = step["snapshot" if loop == "until_snapshot" else "final"]
                status = self.backend.snapshot(name).status
                return status in {AVAILABLE, *ENDED_BADLY}
            name = step["copy"] if loop in {"until_restored", "until_copy_gone"} else "sales"
            observed = self.backend.cluster(name).describe(self.backend.now())
        except RedshiftError:
            return True
        return is_over(loop, observed, self.item["namespace_arn"])

    def _pass(self, seconds: float, *, until_interrupted: bool = False) -> None:
        """Let time go by; what others do happens at its moment, and may end a wait for a token."""
        until = self.clock.moment + timedelta(seconds=seconds)
        while self.events and self.events[0][0] <= until:
            at, happen = self.events.pop(0)
            self.clock.moment = max(at, self.clock.moment)
            self.backend.now()
            happen(self)
            if until_interrupted and self.interrupted:
                return
        self.clock.moment = until
        self.backend.now()
