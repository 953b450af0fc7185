"""The language of the workflow tests: a fleet, a moment, a policy, a run, and what came of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from local import lambda_, stepfunctions
from local.clock import Waiter
from local.fleet import parse_fleet, seed_fleet
from policy.deprovision import Deprovision
from policy.models import RotateKeys
from policy.sync_roles import SyncRoles
from steward.adapters.ledger.last_rotations import LastRotations
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES, WORKFLOWS
from tests.support.outcome import Child, Result, keeps_its_promises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local.stepfunctions.engine.execution import Execution
    from tests.support.stage import Stage

SATURDAY_NIGHT = "2026-11-21T21:00:00Z"
"""22:00 in Berlin, when the window opens."""

POLICY: dict[str, Any] = {
    "schedule": "cron(0 22 ? * SAT *)",
    "timezone": "Europe/Berlin",
    "window": {"opens": "22:00", "closes": "06:00"},
    "max_age": "90 days",
    "exclude": {"tags": {"steward:exclude": ["*"]}},
    "canary": {"clusters": 0},
}
"""What the tests' policy says unless a test says otherwise; the rest are the policy's own defaults."""

ROLES_POLICY: dict[str, Any] = {
    "schedule": "cron(0 7 * * ? *)",
    "timezone": "Europe/Berlin",
    "mode": "exact",
    "rules": [{"name": "standard", "roles": ["copy", "unload"]}],
    "keep": ["kept-*"],
}
"""The same for the section `sync_roles`."""

DEPROVISION_POLICY: dict[str, Any] = {
    "schedule": "cron(0 6 * * ? *)",
    "timezone": "Europe/Berlin",
    "approval": {"required": False},
    "rotate_first": False,
}
"""The same for the section `deprovision`: nothing that is optional."""

PLACE = ("123456789012", "eu-central-1")
"""Account and Region of local AWS."""

SECTIONS: dict[str, tuple[type[Any], dict[str, Any], tuple[str, ...]]] = {
    ROTATE_KEYS.name: (RotateKeys, POLICY, ()),
    SYNC_ROLES.name: (SyncRoles, ROLES_POLICY, PLACE),
    DEPROVISION.name: (Deprovision, DEPROVISION_POLICY, ()),
}
"""By workflow: the model of its section, what the tests' policy says in it, what its settings depend on."""

KNOBS: dict[str, Any] = {
    "rotate_duration": "3 minutes",
    "describe_lag": "5 seconds",
    "post_op_busy_tail": "40 seconds",
}


def cluster(identifier: str = "sales", **fields: Any) -> dict[str, Any]:
    """A cluster of a fleet file: ready, and due for four months unless ``fields`` say otherwise."""
    knobs = KNOBS | fields.pop("knobs", {})
    return {"identifier": identifier, "created": "200 days", "knobs": knobs, **fields}


class _WithoutAliases(yaml.SafeDumper):
    """Writes what several clusters share out for each of them: fleet files have no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


class Steward:
    """The deployed steward and the fleet that it looks after."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._failures: list[BaseException] = []
        self._runs = 0
        self.workflow = ROTATE_KEYS.name
        self._planned: list[tuple[timedelta, Callable[[], object]]] = []
        self.drop_request = stage.calls.drop
        self.forget_calls = stage.calls.calls.clear

    def given(
        self,
        fleet: Sequence[dict[str, Any]] = (),
        at: str = SATURDAY_NIGHT,
        policy: Mapping[str, Any] | None = None,
        workflow: str = ROTATE_KEYS.name,
        **file: Any,
    ) -> None:
        """Begin anew: this fleet, this moment, this policy; ``file`` are other parts of a fleet file.

        ``workflow`` is the one that is meant until the next beginning, or until it is set.
        """
        self.workflow = workflow
        self._stage.reset(datetime.fromisoformat(at))
        self._runs = 0
        self.set_policy(**(policy or {}))
        self.add(*fleet, **file)

    def add(self, *fleet: dict[str, Any], **file: Any) -> None:
        """More clusters."""
        keys = [{"alias": key} for key in sorted(_aliases(fleet))]
        written = {"clusters": list(fleet), "kms_keys": file.pop("kms_keys", keys), **file}
        read = parse_fleet(yaml.dump(written, Dumper=_WithoutAliases))
        seed_fleet(self._stage.aws.context, read)
        for entry in read.clusters:
            if entry.ledger is not None:
                self.remember(entry.identifier, entry.ledger.shortest)

    def set_policy(self, **changes: Any) -> None:
        """Redeploy with the policy changed in these fields of the workflow's section."""
        model, policy, place = SECTIONS[self.workflow]
        self._stage.set_policy(self.workflow, model.model_validate(policy | changes).settings(*place))

    def run(self, fleet: Sequence[dict[str, Any]] = (), input: Any = None, **given: Any) -> Result:  # noqa: A002 - the execution's word
        """Begin anew, start a run, and wait for its end."""
        self.given(fleet, **given)
        return self.run_again(input)

    def run_again(self, input: Any = None) -> Result:  # noqa: A002 - the execution's word
        """Another run on the same fleet, to its end."""
        return self.wait(self.start(input))

    def start(self, input: Any = None, name: str | None = None) -> str:  # noqa: A002 - the execution's word
        """Start a run; its execution's ARN. The first is called run-1, the next run-2."""
        self._runs += 1
        with self._stage.clock.busy():
            self._plan()
            return self._start(input, name or f"run-{self._runs}")

    def _start(self, document: Any, name: str) -> str:
        started = self._stage.client("stepfunctions").start_execution(
            stateMachineArn=self._stage.machine(self.workflow),
            name=name,
            input=json.dumps({} if document is None else document),
        )
        return str(started["executionArn"])

    def start_together(self, *inputs: Any) -> list[str]:
        """Start several runs at one moment."""
        with self._stage.clock.busy():
            return [self.start(each) for each in inputs]

    def wait(self, run: str) -> Result:
        """The result of a run once it has ended; one that came to its own end has kept its promises."""
        execution = stepfunctions.wait_for(run)
        if self._failures:
            raise self._failures[0]
        result = self.result(execution)
        if execution.status != "ABORTED":
            keeps_its_promises(result)
        return result

    def look_at(self, run: str) -> Result:
        """What is to be seen of a run now."""
        return self.result(stepfunctions.current().executions[run])

    def runs(self) -> list[str]:
        """The runs of the workflow so far, whoever started them: their executions' ARNs, the oldest first."""
        machine = self._stage.machine(self.workflow).rpartition(":")[2]
        arns = stepfunctions.current().executions
        return [arn for arn in arns if arn.split(":")[5:7] == ["execution", machine]]

    def client_as(self, service: str, **credentials: str) -> Any:
        """A client of somebody else, who signs with these credentials."""
        return self._stage.client_as(service, **credentials)

    def redrive(self, run: str) -> Result:
        """Have a run that did not succeed go on, to its end."""
        self.begin_redrive(run)
        return self.wait(run)

    def begin_redrive(self, run: str) -> None:
        """Have a run that did not succeed go on."""
        self._stage.client("stepfunctions").redrive_execution(executionArn=run)

    def stop(self, run: str) -> None:
        """Stop a run, as somebody would in the console."""
        self._stage.client("stepfunctions").stop_execution(executionArn=run)

    def meanwhile(self, act: Callable[[], object], **span: float) -> None:
        """Have something happen so long after the next run has started: ``minutes=3``."""
        self._planned.append((timedelta(**span), act))

    def _plan(self) -> None:
        for span, act in self._planned:
            self._stage.clock.call_at(self.now + span, partial(self._do, act), foreground=True)
        self._planned.clear()

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the test waits
            self._failures.append(error)

    def pass_time(self, **span: float) -> None:
        """Let time go by: ``days=1``."""
        self._stage.clock.advance(timedelta(**span).total_seconds())

    @property
    def now(self) -> datetime:
        """The virtual moment."""
        return self._stage.clock.now()

    def kill(self, function: str, at: str = "during", calls: int = 1, times: int | None = 1) -> None:
        """Have a function die in its next invocations, as `local.lambda_.kill_next` says."""
        lambda_.kill_next(self._stage.function(function), at, calls=calls, times=times)

    def spare_everybody(self) -> None:
        """From now on no function dies and no request is dropped on purpose."""
        self._stage.forget_mishaps()

    def end_faults(self) -> None:
        """Redshift is in order from now on."""
        self._stage.redshift.faults.clear()

    def end_faults_of(self, call: str) -> None:
        """This call is in order from now on."""
        faults = self._stage.redshift.faults
        faults.armed = [each for each in faults.armed if each.fault.call != call]

    def stop_at(self, state: str, nth: int = 1) -> None:
        """Abort the execution that enters this state as the ``nth``."""
        machine = self._stage.machine(self.workflow).rpartition(":")[2]
        stepfunctions.stop_at(machine, state, nth)

    def put_lock(self, cluster: str, run: str) -> None:
        """A lock that somebody holds."""
        item = {"pk": f"CLUSTER#{cluster}", "sk": "LOCK", "run": run, "workflow": "sync-roles"}
        self._stage.ledger.put_item(Item=item | {"since": format_moment(self.now)})

    def find(self, cluster: str) -> Any:
        """A cluster inside local AWS."""
        return self._stage.redshift.clusters_by_id[cluster]

    def result(self, execution: Execution) -> Result:
        """What is to be seen of an execution now."""
        redshift = self._stage.redshift
        redshift.now()
        *_, machine, run = execution.arn.split(":")
        workflow = next(name for name in WORKFLOWS if machine.endswith(f"-{name}"))
        folder = f"runs/{workflow}/{execution.start_date:%Y-%m-%d}/{run}"
        return Result(
            arn=execution.arn,
            status=execution.status,
            error=execution.failure.error,
            cause=execution.failure.cause,
            output=json.loads(execution.output or "{}"),
            began=execution.start_date,
            ended=execution.stop_date or self.now,
            report=self._document(f"{folder}/report.json"),
            plan=self._document(f"{folder}/plan.json"),
            page=self._stage.document(f"{folder}/report.html"),
            calls=list(self._stage.calls.calls),
            items=self._stage.items(),
            turns={name: each.generations.dek - 1 for name, each in redshift.clusters_by_id.items()},
            tags={
                name: {t["Key"]: t["Value"] for t in each.tags}
                for name, each in redshift.clusters_by_id.items()
            },
            statuses={name: each.current_status() for name, each in redshift.clusters_by_id.items()},
            children=[_child(each) for each in self._children(execution)],
        )

    def _children(self, execution: Execution) -> list[Execution]:
        engine = stepfunctions.current()
        runs = [run for run in engine.map_runs.values() if run.parent is execution]
        return [run.children[index] for run in runs for index in sorted(run.children)]

    def _document(self, key: str) -> dict[str, Any]:
        return dict(json.loads(self._stage.document(key) or "{}"))

    @contextmanager
    def at_once(self, **span: float) -> Iterator[None]:
        """What the block does happens at one moment, so long from now; no time passes before its end.

        Without it the clock goes on between two acts of a test, further on a slow machine than on a fast one.
        """
        clock = self._stage.clock
        with clock.busy():
            Waiter(clock).wait(self.now + timedelta(**span))
            yield

    def stop_after(self, run: str, **span: float) -> Result:
        """Stop a run so long from now, and see what it leaves behind at that moment."""
        with self.at_once(**span):
            self.stop(run)
            return self.wait(run)

    def locks(self) -> dict[str, str]:
        """Who holds which cluster now."""
        locks = (item for item in self._stage.items() if item["sk"] == "LOCK")
        return {item["pk"].removeprefix("CLUSTER#"): item["run"] for item in locks}

    def delete(self, cluster: str) -> None:
        """A cluster that is no more, whatever was under way on it."""
        del self._stage.redshift.clusters_by_id[cluster]

    def rename(self, cluster: str, name: str) -> None:
        """Somebody gives a cluster another name, whatever is under way on it."""
        clusters = self._stage.redshift.clusters_by_id
        clusters[name] = clusters.pop(cluster)
        clusters[name].identifier = name

    def show(self, cluster: str, status: str) -> None:
        """Have the operation that is under way on a cluster show this ClusterStatus from now on."""
        self.find(cluster).operation.status = status

    def remember(self, name: str, ago: timedelta, seconds: int = 600) -> None:
        """The ledger knows of a rotation so long ago that took so many seconds."""
        record = RotationRecord(self.now - ago, self.find(name).namespace_arn, seconds)
        LastRotations(None, self._stage.ledger).record(name, record)  # type: ignore[arg-type] # only read_many asks for the client


def _child(execution: Execution) -> Child:
    return Child(
        execution.input["item"]["cluster"],
        execution.map_run_arn or "",
        execution.status,
        execution.failure.error,
        execution.failure.cause,
        execution.start_date,
        execution.stop_date,
    )


def _aliases(fleet: Sequence[dict[str, Any]]) -> set[str]:
    named = (str(each.get("kms_key") or "") for each in fleet)
    return {key for key in named if key.startswith("alias/")}
