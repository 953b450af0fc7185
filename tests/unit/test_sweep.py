"""What Sweep does for one ended run costs no other, and touches nothing of a run that runs again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.authority import ExecutionFacts
from steward.domain.ended_runs import EndedRun
from steward.domain.errors import ReportIncomplete
from steward.domain.watch import Lock
from steward.steps.sweep import Tools, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 21, 22, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:s-rotate-keys"
EVENT: Any = {"machines": [MACHINE]}
GOOD, BAD = (MACHINE.replace(":stateMachine:", ":execution:") + f":{name}" for name in ("good", "bad"))


@dataclass
class World:
    """Stands for every adapter; each run has its report, which of ``BAD`` cannot be read."""

    status: str = "SUCCEEDED"
    redriven_at: datetime | None = None
    released: list[str] = field(default_factory=list)

    def of_machine(self, _machine: str) -> Iterator[EndedRun]:
        """The bad run first."""
        began, stopped = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        yield from (EndedRun(arn, self.status, began, stopped) for arn in (BAD, GOOD))

    def all(self) -> list[Lock]:
        """Both runs hold a lock still."""
        return [Lock(arn[-4:], "rotate-keys", arn, NOW) for arn in (GOOD, BAD)]

    def find(self, key: str) -> Any:
        """A run's execution, or its report."""
        if key.startswith("arn:"):
            return ExecutionFacts(key, "RUNNING", NOW, redriven_at=self.redriven_at)
        if "/bad/" in key:
            raise ConnectionError("S3 is out")
        return {"ended_at": "2026-11-21T21:00:00Z", "clusters": []}

    def now(self) -> datetime:
        """The clock's time."""
        return NOW

    def address(self, key: str) -> str:
        """Where it is."""
        return key

    def release(self, cluster: str, *_: Any, **__: Any) -> None:
        """Keep which."""
        self.released.append(cluster)

    def tools(self) -> Tools:
        """All of it."""
        return Tools(*[self] * len(Tools.__dataclass_fields__))  # type: ignore[arg-type]  # it stands for each


def test_a_run_that_fails_is_named_in_the_error_and_costs_no_other() -> None:
    world = World()

    with pytest.raises(ReportIncomplete, match=f"{BAD}: ConnectionError: S3 is out"):
        sweep(EVENT, world.tools())
    assert world.released == ["good"]


def test_a_run_that_was_redriven_keeps_its_locks() -> None:
    world = World("FAILED", NOW)

    with pytest.raises(ReportIncomplete, match="S3 is out"):
        sweep(EVENT, world.tools())
    assert world.released == []
