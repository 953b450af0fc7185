"""A run as it goes: every cluster with its step, how long it has been at it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.runs.executions import describe
from cli.text import clean
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment
from steward.domain.report import cluster_line
from steward.domain.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cli.aws import Deployed
    from cli.runs.executions import Execution
    from steward.domain.operation import Operation
    from steward.domain.run import Run

STEPS = {
    "locked": "starting",
    "calling": "calling Redshift",
    "refused": "refused for now",
    "waiting": "waiting, then trying again",
    "settling": "waiting for its roles to settle",
    "approval": "waiting for approval",
    "quarantine": "in quarantine",
}
"""Steps of an operation that has not ended, where their own names say too little."""

RUNNING = "RUNNING"


@dataclass(frozen=True)
class Row:
    """One cluster of a run; ``outcome`` and ``until`` are empty while it is under way.

    Attributes:
        wave: Which wave of the run it belongs to; empty when the run does not act on it.
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
        """How long its operation took; None unless it ended."""
        return (self.until - self.since).total_seconds() if self.since and self.until else None


class WatchedRun:
    """One run, read again at each `rows`."""

    def __init__(self, stack: Deployed, execution: str) -> None:
        self._stack = stack
        self._arn = execution
        self._run: Run | None = None
        self._plan: dict[str, Any] | None = None
        self._ended: dict[str, Row] = {}

    def execution(self) -> Execution:
        """The execution as it is now.

        Raises:
            Trouble: Step Functions does not know it, or no longer.
        """
        found = describe(self._stack, self._arn)
        if found is None:
            raise Trouble(f"Step Functions does not know the execution {clean(self._arn)}", Exit.NOT_FOUND)
        return found

    def status(self) -> str:
        """The execution's status."""
        return self.execution().status

    def rows(self) -> list[Row]:
        """Every selected cluster; none before the plan has been made.

        Only of those that are under way the ledger is asked again.
        """
        plan = self.plan()
        if plan is None:
            return []
        # the ledger's keys have the moment of the start as Step Functions told it to the run itself
        run = replace(self.run, started_at=plan["started_at"])
        unknown = [v for v in plan["clusters"] if v["cluster"] not in self._ended]
        operations = self._stack.operations.of_run(run, [v["cluster"] for v in unknown if v["wave"]])
        rows = {v["cluster"]: self._row(v, operations.get(v["cluster"])) for v in unknown} | self._ended
        self._ended = {name: row for name, row in rows.items() if row.outcome}
        return [rows[v["cluster"]] for v in plan["clusters"]]

    @property
    def run(self) -> Run:
        """The run's identity."""
        if self._run is None:
            self._run = self.execution().run
        return self._run

    def plan(self) -> dict[str, Any] | None:
        """The run's plan, once there is one."""
        if self._plan is None:
            self._plan = read_document(self._stack, self.run.plan_key)
        return self._plan

    def report(self) -> dict[str, Any] | None:
        """The run's report, once there is one."""
        return read_document(self._stack, self.run.report_key)

    def page(self) -> str:
        """The report as a page; the run must have one."""
        return self._stack.documents.read_text(self.run.page_key)

    def report_address(self) -> str:
        """Where the report is kept."""
        return self._stack.documents.address(self.run.report_key)

    def _row(self, verdict: Mapping[str, Any], operation: Operation | None) -> Row:
        name, wave, dry_run = verdict["cluster"], verdict["wave"], bool((self._plan or {})["dry_run"])
        if operation is not None and not operation.outcome:
            since = operation.begun_at or _came_to(operation)
            return Row(name, step_in_words(operation.step), since, "", operation.reason, wave=wave)
        if operation is None and verdict["action"] == "act" and not dry_run:
            return Row(name, f"waiting for its turn ({wave})", None, "", verdict["reason"], wave=wave)
        line = cluster_line(
            verdict, operation, would=WORKFLOWS[self.run.workflow].dry_run_outcome if dry_run else None
        )
        began, ended = (operation.begun_at, operation.ended_at) if operation else (None, None)
        return Row(name, "", began if ended else None, line["outcome"], line["reason"], ended, wave)


def _came_to(operation: Operation) -> datetime | None:
    """When it came to its step, for as long as no change has begun."""
    return parse_moment(operation.timeline[-1]["at"]) if operation.timeline else operation.called_at


def step_in_words(step: str) -> str:
    """An operation's step as people read it."""
    return STEPS.get(step, step.replace("_", " "))


def read_document(stack: Deployed, key: str) -> dict[str, Any] | None:
    """A document of a run; None when it is not there.

    Raises:
        Trouble: Somebody has written something else in its place.
    """
    s3 = stack.client("s3")
    try:
        return dict(stack.documents.read(key))
    except s3.exceptions.NoSuchKey:
        return None
    except (ValueError, TypeError) as error:
        address = stack.documents.address(key)
        raise Trouble(
            f"{address} is no JSON document of a run; restore its last version", Exit.NOT_FOUND
        ) from error


def elapsed(row: Row, now: datetime) -> str:
    """How long the cluster has been at its step, or how long its operation took."""
    return humanize(((row.until or now) - row.since).total_seconds()) if row.since else ""
