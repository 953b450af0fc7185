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
    holding: tuple[str, ...] = (GOOD, BAD)
    readable: bool = False
    settled: dict[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    lists_of_locks: int = 0

    def of_machine(self, _machine: str) -> Iterator[EndedRun]:
        """The bad run first."""
        began, stopped = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        yield from (EndedRun(arn, self.status, began, stopped) for arn in (BAD, GOOD))

    def all(self) -> list[Lock]:
        """Both runs hold a lock still, unless the test says otherwise."""
        self.lists_of_locks += 1
        return [Lock(arn.rpartition(":")[2], "rotate-keys", arn, NOW) for arn in self.holding]

    def find(self, key: str) -> Any:
        """A run's execution, or its report."""
        self.read.append(key)
        if key.startswith("arn:"):
            return ExecutionFacts(key, "RUNNING", NOW, redriven_at=self.redriven_at)
        if "/bad/" in key and not self.readable:
            raise ConnectionError("S3 is out")
        return {"ended_at": "2026-11-21T21:00:00Z", "clusters": []}

    def of(self, workflow: str) -> dict[str, str]:
        """The settled runs."""
        assert workflow == "rotate-keys"
        return self.settled

    def write(self, _workflow: str, runs: dict[str, str]) -> None:
        """Keep which are settled."""
        self.settled = runs

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


def test_the_next_hour_reads_nothing_of_a_run_for_which_nothing_was_left_to_do() -> None:
    world = World(holding=(), readable=True)

    sweep(EVENT, world.tools())
    first, world.read = len(world.read), []

    assert first == 2, "the report of each"
    assert set(world.settled) == {"good", "bad"}
    assert sweep(EVENT, world.tools()) == {}
    assert world.read == []


def test_a_run_that_failed_or_holds_a_lock_is_looked_at_until_it_is_settled() -> None:
    world = World(holding=(GOOD,))

    with pytest.raises(ReportIncomplete):
        sweep(EVENT, world.tools())
    assert world.settled == {}

    world.holding, world.readable = (), True
    assert set(sweep(EVENT, world.tools())) == {GOOD, BAD}
    assert set(world.settled) == {"good", "bad"}


def test_a_settled_run_that_acquires_a_lock_or_another_end_is_looked_at_again() -> None:
    world = World(holding=(), readable=True)
    sweep(EVENT, world.tools())

    world.holding = (GOOD,)
    assert set(sweep(EVENT, world.tools())) == {GOOD}
    assert world.released == ["good"]

    world.holding, world.settled = (), {"good": "2026-11-21T20:00:00Z", "bad": "2026-11-21T21:00:00Z"}
    assert set(sweep(EVENT, world.tools())) == {GOOD}


def test_a_run_that_runs_again_is_not_settled() -> None:
    world = World("FAILED", NOW, holding=(), readable=True)

    assert set(sweep(EVENT, world.tools()).values()) == {"redriven"}
    assert world.settled == {}


def test_locks_are_listed_once_however_many_runs_and_machines_there_are() -> None:
    world = World(holding=(), readable=True)

    sweep({"machines": [MACHINE, MACHINE]}, world.tools())

    assert world.lists_of_locks == 1
