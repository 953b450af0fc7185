"""A run as it goes: every cluster with its step, how long it has been at it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.durations import humanize
from steward.domain.operation import WOULD
from steward.domain.report import cluster_line
from steward.domain.run import ROTATE_KEYS, Run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cli.aws import Deployed
    from steward.domain.operation import Operation

STEPS = {
    "claimed": "starting",
    "calling": "calling RotateEncryptionKey",
    "rotating": "rotating",
    "refused": "refused for now",
    "resuming": "resuming",
    "waiting": "waiting, then trying again",
    "finishing": "finishing",
}
"""Steps of an operation that has not ended, in words."""


@dataclass(frozen=True)
class Row:
    """One cluster of a run; ``outcome`` and ``until`` are empty while it is under way."""

    cluster: str
    step: str
    since: datetime | None
    outcome: str
    reason: str
    until: datetime | None = None


class WatchedRun:
    """One run, read again at each `rows`."""

    def __init__(self, stack: Deployed, execution: str) -> None:
        self._stack = stack
        self._execution = execution
        self._plan: dict[str, Any] | None = None

    def status(self) -> str:
        """The execution's status."""
        return str(self._describe()["status"])

    def rows(self) -> list[Row]:
        """Every selected cluster; none before the plan has been made."""
        plan = self.plan()
        if plan is None:
            return []
        operations = self._stack.operations.of_run(_run(plan), (v["cluster"] for v in plan["clusters"]))
        return [_row(v, operations.get(v["cluster"]), plan["dry_run"]) for v in plan["clusters"]]

    def plan(self) -> dict[str, Any] | None:
        """The run's plan, once there is one."""
        if self._plan is None:
            description = self._describe()
            run = Run(self._execution, description["name"], f"{description['startDate']:%Y-%m-%d}")
            self._plan = self._read(run.plan_key)
        return self._plan

    def report(self) -> dict[str, Any] | None:
        """The run's report, once there is one."""
        plan = self.plan()
        return None if plan is None else self._read(_run(plan).report_key)

    def report_address(self) -> str:
        """Where the report is kept."""
        plan = self.plan()
        return self._stack.documents.address(_run(plan).report_key) if plan else ""

    def _describe(self) -> Any:
        return self._stack.client("stepfunctions").describe_execution(executionArn=self._execution)

    def _read(self, key: str) -> dict[str, Any] | None:
        s3 = self._stack.client("s3")
        try:
            return dict(self._stack.documents.read(key))
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied"}:
                return None
            raise


def _run(plan: Mapping[str, Any]) -> Run:
    return Run(plan["arn"], plan["run"], plan["started_at"])


def _row(verdict: Mapping[str, Any], operation: Operation | None, dry_run: bool) -> Row:  # noqa: FBT001  # the plan's own flag
    name = verdict["cluster"]
    if operation is not None and not operation.outcome:
        since = operation.begun_at or operation.called_at
        return Row(name, STEPS.get(operation.step, operation.step), since, "", operation.reason)
    line = cluster_line(verdict, operation, would=WOULD[ROTATE_KEYS] if dry_run else None)
    if operation is None and verdict["action"] == "act" and not dry_run:
        return Row(name, f"waiting for its turn ({verdict['wave']})", None, "", verdict["reason"])
    began, ended = (operation.begun_at, operation.ended_at) if operation else (None, None)
    return Row(name, "", began if ended else None, line["outcome"], line["reason"], ended)


def elapsed(row: Row, now: datetime) -> str:
    """How long the cluster has been at its step, or how long its operation took."""
    return humanize(((row.until or now) - row.since).total_seconds()) if row.since else ""
