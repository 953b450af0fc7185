"""A run's state at one moment: each cluster's step, since when, and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.runs.executions import Execution, describe_execution
from cli.text import clean
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment
from steward.domain.operation import Operation
from steward.domain.report import cluster_line
from steward.domain.run import Run
from steward.domain.workflows import WORKFLOWS
from steward.steps.recovery import operations_of

STEPS = {
    "locked": "starting",
    "calling": "calling Redshift",
    "refused": "call refused, will retry",
    "waiting": "waiting until it is ready",
    "settling": "waiting for roles to settle",
    "approval": "waiting for approval",
    "quarantine": "in quarantine",
}
"""Labels of steps whose own names say too little."""

RUNNING = "RUNNING"


@dataclass(frozen=True)
class ClusterProgress:
    """One cluster of a run; ``outcome`` and ``until`` are empty until its operation has ended.

    Attributes:
        wave: ``canary`` or ``rest``; empty when the run does not act on the cluster.
    """

    cluster: str
    step: str
    since: datetime | None
    outcome: str
    reason: str
    until: datetime | None = None
    wave: str = ""

    @property
    def seconds(self) -> float | None:
        return (self.until - self.since).total_seconds() if self.since and self.until else None


class RunProgress:
    """One run; every call of `rows` reads its current state."""

    def __init__(self, stack: DeployedStack, execution: str) -> None:
        self._stack = stack
        self._arn = execution
        self._run: Run | None = None
        self._plan: dict[str, Any] | None = None
        self._ended: dict[str, ClusterProgress] = {}

    def execution(self) -> Execution:
        """The execution's current description.

        Raises:
            CliError: Step Functions does not know it (any more).
        """
        found = describe_execution(self._stack, self._arn)
        if found is None:
            raise CliError(
                f"No execution {clean(self._arn)}; Step Functions keeps executions for 90 days",
                ExitCode.NOT_FOUND,
            )
        return found

    def status(self) -> str:
        """Step Functions' status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        return self.execution().status

    def rows(self) -> list[ClusterProgress]:
        """Every selected cluster, in the plan's order; empty until the plan exists.

        Clusters that have ended are not read again.
        """
        plan = self.plan()
        if plan is None:
            return []
        # the ledger's keys contain the start time that the run itself received
        run = replace(self.run, started_at=plan["started_at"])
        unknown = [v for v in plan["clusters"] if v["cluster"] not in self._ended]
        operations = operations_of(run, [v for v in unknown if v["wave"]], self._stack.operations)
        rows = {v["cluster"]: self._row(v, operations.get(v["cluster"])) for v in unknown} | self._ended
        self._ended = {name: row for name, row in rows.items() if row.outcome}
        return [rows[v["cluster"]] for v in plan["clusters"]]

    @property
    def run(self) -> Run:
        if self._run is None:
            self._run = self.execution().run
        return self._run

    def plan(self) -> dict[str, Any] | None:
        """The run's plan.json; None until it exists."""
        if self._plan is None:
            self._plan = read_run_document(self._stack, self.run.plan_key)
        return self._plan

    def report(self) -> dict[str, Any] | None:
        """The run's report.json; None until it exists."""
        return read_run_document(self._stack, self.run.report_key)

    def page(self) -> str:
        """The report's HTML; the run must have ended."""
        return self._stack.documents.read_text(self.run.page_key)

    def report_address(self) -> str:
        """S3 URI of report.json."""
        return self._stack.documents.address(self.run.report_key)

    def _row(self, verdict: Mapping[str, Any], operation: Operation | None) -> ClusterProgress:
        name, wave, dry_run = verdict["cluster"], verdict["wave"], bool((self._plan or {})["dry_run"])
        if operation is not None and not operation.outcome:
            since = operation.begun_at or _reached_step_at(operation)
            return ClusterProgress(name, step_label(operation.step), since, "", operation.reason, wave=wave)
        if operation is None and verdict["action"] == "act" and not dry_run:
            return ClusterProgress(name, f"queued ({wave} wave)", None, "", verdict["reason"], wave=wave)
        line = cluster_line(
            verdict, operation, would=WORKFLOWS[self.run.workflow].dry_run_outcome if dry_run else None
        )
        began, ended = (operation.begun_at, operation.ended_at) if operation else (None, None)
        return ClusterProgress(
            name, "", began if ended else None, line["outcome"], line["reason"], ended, wave
        )


def _reached_step_at(operation: Operation) -> datetime | None:
    """When the operation reached its step, before any change has begun."""
    return parse_moment(operation.timeline[-1]["at"]) if operation.timeline else operation.called_at


def step_label(step: str) -> str:
    return STEPS.get(step, step.replace("_", " "))


def read_run_document(stack: DeployedStack, key: str) -> dict[str, Any] | None:
    """A JSON document of a run; None when it does not exist.

    Raises:
        CliError: The object is not a JSON document.
    """
    s3 = stack.client("s3")
    try:
        return dict(stack.documents.read(key))
    except s3.exceptions.NoSuchKey:
        return None
    except (ValueError, TypeError) as error:
        address = stack.documents.address(key)
        raise CliError(
            f"{address} is not a JSON document of a run; restore its previous version", ExitCode.NOT_FOUND
        ) from error


def duration_text(row: ClusterProgress, now: datetime) -> str:
    """How long the cluster has been in its step, or how long its operation took."""
    return humanize(((row.until or now) - row.since).total_seconds()) if row.since else ""
