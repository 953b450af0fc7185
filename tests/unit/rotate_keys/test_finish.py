"""What completes a rotation: a cluster that refuses is tried again soon, an outage is waited out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.errors import AwsUnavailable, ClusterBusy
from steward.domain.moments import format_moment
from steward.domain.operation import Operation
from steward.domain.run import Run
from steward.domain.status import Phase
from steward.steps.cluster_step import ClusterStep
from steward.steps.rotate_keys.finish import Tools, _call_pause, _write_tag, finish
from tests.support.deprovision_env import Time
from tests.support.fault_plan import FaultPlan
from tests.support.memory_ledger import Ledger
from tests.unit.rotate_keys.test_one_winner import NOW, RUN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

BEGUN = NOW - timedelta(minutes=10)
OPERATION = Operation("sales", "run-1", namespace_arn="arn:sales", ended_at=NOW, resumed=True)
ENDS = [
    (CallOutcome.BUSY, ClusterBusy),
    (CallOutcome.THROTTLED, AwsUnavailable),
    (CallOutcome.LOST, AwsUnavailable),
]


def answering(outcome: CallOutcome) -> Any:
    """Tools whose calls all end so; a cluster that is ready and the operation's."""

    def answer(*_: object) -> CallResult:
        return CallResult(outcome, "Code", "AWS's own words")

    cluster = SimpleNamespace(may_be=lambda *_: True, phase="ready", identifier="sales")
    return SimpleNamespace(
        tags=SimpleNamespace(write=answer),
        power=SimpleNamespace(pause=answer),
        clusters=SimpleNamespace(one=lambda _name: cluster),
        operations=SimpleNamespace(update=lambda *_, **__: OPERATION),
        clock=Time(NOW),
    )


@pytest.mark.parametrize("change", [_write_tag, _call_pause])
@pytest.mark.parametrize(("outcome", "error"), ENDS)
def test_an_outage_is_told_from_a_cluster_that_is_busy(change: Any, outcome: CallOutcome, error: Any) -> None:
    step: Any = ClusterStep(Run(**RUN), {"cluster": "sales"}, NOW, NOW, 0, "the child")

    with pytest.raises(error, match="yet: Code: AWS's own words"):
        change(OPERATION, "sales", step, answering(outcome))


@dataclass
class World:
    """A cluster that was resumed for a rotation which has ended; ``calls`` is what was done to it."""

    ledger: Ledger = field(default_factory=lambda: Ledger(FaultPlan()))
    phase: Phase = Phase.READY
    calls: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    record_of: dict[str, Any] = field(default_factory=lambda: {"begun_at": BEGUN, "resumed": True})
    running: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        run, planned = Run(**RUN), {"namespace_arn": "arn:sales", "created_at": "", "reason": "keys were old"}
        self.ledger.update(run, "sales", NOW, **planned, **self.record_of)
        self.ledger.take("sales", run, NOW)

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> CallResult:
            if self.meanwhile and name == "write":
                act, self.meanwhile = self.meanwhile, None
                act()
            self.calls.append(name)
            self.phase = Phase.PAUSING if name == "pause" else self.phase
            return CallResult(CallOutcome.ACCEPTED, "", "")

        return call

    def one(self, _name: str) -> Any:
        """The cluster."""
        return SimpleNamespace(may_be=lambda *_: True, phase=self.phase, identifier="sales")

    def now(self) -> datetime:
        """The clock."""
        return NOW

    def is_running(self, arn: str) -> bool:
        """Of executions."""
        return arn in self.running

    def finish(self, now: datetime = NOW) -> Any:
        """One invocation of Finish, which the event says was entered at ``now``."""
        fields = Tools.__dataclass_fields__
        tools = Tools(**{n: self.ledger if n in {"locks", "operations"} else self for n in fields})  # type: ignore[arg-type]
        item = {"cluster": "sales", "namespace_arn": "arn:sales", "created_at": ""}
        wait = {"polls": 3, "overshoot_seconds": 0, "odd_status": ""}
        event: Any = {
            "run": RUN,
            "item": item,
            "now": format_moment(now),
            "execution": "the child",
            "wait": wait,
        }
        return finish(event, tools)


DONE = ["record", "write", "pause", "put"]
"""The rotation, the tag, the pause, the event."""


def test_a_second_invocation_of_finish_after_the_first_has_ended_changes_nothing() -> None:
    world = World()
    assert world.finish() == {"next": "pausing"}
    assert world.finish() == {"next": "pausing"}, "it is being paused and not paused twice"
    world.phase = Phase.PAUSED
    assert world.finish() == {"next": "done"}
    kept = {**world.ledger.records["sales"], "version": 0}

    assert world.finish() == {"next": "done"}

    assert world.calls == DONE
    assert {**world.ledger.records["sales"], "version": 0} == kept
    assert world.ledger.locks == {}


def test_a_second_invocation_of_finish_changes_nothing_while_the_first_one_calls() -> None:
    world = World()

    def second() -> None:
        with pytest.raises(ClusterBusy, match="sales"):
            world.finish()
        assert world.calls == ["record"]

    world.meanwhile = second

    assert world.finish() == {"next": "pausing"}
    assert world.calls == ["record", "write", "pause"]
    assert world.ledger.records["sales"]["outcome"] == "rotated"


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (World(phase=Phase.ROTATING), "its keys are still being rotated"),
        (World(record_of={"begun_at": NOW - timedelta(seconds=59)}), "its keys are still being rotated"),
        (World(record_of={"called_at": BEGUN}), "its rotation has not begun"),
        (World(record_of={}), "its rotation has not begun"),
    ],
)
def test_who_calls_finish_before_the_rotation_has_ended_changes_nothing(world: World, why: str) -> None:
    kept, locks = {**world.ledger.records["sales"]}, {**world.ledger.locks}

    with pytest.raises(ClusterBusy, match=why):
        world.finish()

    assert world.calls == []
    claim = {name: world.ledger.records["sales"][name] for name in ("version", "execution")}
    assert world.ledger.records["sales"] == kept | claim
    assert world.ledger.locks == locks


def test_finish_leaves_a_cluster_alone_that_another_run_has_locked() -> None:
    world = World(running={"another run"})
    world.ledger.locks["sales"] = "another run"

    with pytest.raises(ClusterBusy, match="is locked by another run, another run"):
        world.finish()

    assert world.calls == []
    assert "outcome" not in world.ledger.records["sales"]


def test_finish_takes_a_lock_that_nobody_holds_after_its_run_was_stopped_and_redriven() -> None:
    world = World(phase=Phase.PAUSED)
    world.ledger.locks["sales"] = "a run that has ended"

    assert world.finish() == {"next": "done"}
    assert world.ledger.records["sales"]["outcome"] == "rotated"


@pytest.mark.parametrize(("entered", "ended"), [(timedelta(days=900), NOW), (timedelta(days=-900), BEGUN)])
def test_an_event_dates_the_end_neither_in_the_future_nor_before_the_begin(
    entered: timedelta, ended: datetime
) -> None:
    world = World(phase=Phase.PAUSED)

    world.finish(NOW + entered)

    assert world.ledger.records["sales"]["ended_at"] == format_moment(ended)


class Renamed(World):
    """Its name is gone, and it has another one."""

    def one(self, _name: str) -> Any:
        return None

    def all(self) -> list[Any]:
        """The fleet."""
        cluster = {"identifier": "sales-2", "namespace_arn": "arn:sales", "phase": self.phase}
        return [SimpleNamespace(may_be=lambda *_: True, **cluster)]


def test_a_renamed_cluster_is_paused_once_and_watched_by_finish_itself() -> None:
    world = Renamed()

    for _ in range(2):
        with pytest.raises(ClusterBusy, match="being paused under its new name, sales-2"):
            world.finish()
    assert set(world.ledger.locks) == {"sales", "sales-2"}
    world.phase = Phase.PAUSED
    world.finish()

    assert world.calls == DONE
    assert world.ledger.locks == {}


def test_a_renamed_cluster_that_another_run_has_locked_is_not_paused_meanwhile() -> None:
    world = Renamed()
    other = Run(**RUN | {"arn": "arn:other", "name": "other"})
    world.ledger.take("sales-2", other, NOW)
    world.running = {"arn:other"}

    with pytest.raises(ClusterBusy, match="sales-2, its new name, is locked by another run, arn:other"):
        world.finish()
    assert "pause" not in world.calls


class Swapped(World):
    """Its name is another cluster's, and it is no longer there itself."""

    def one(self, _name: str) -> Any:
        return SimpleNamespace(may_be=lambda *_: False, phase=self.phase, identifier="sales")

    def all(self) -> list[Any]:
        """The fleet."""
        return [self.one("sales")]


@pytest.mark.parametrize("resumed", [True, False])
def test_another_cluster_that_took_the_name_is_neither_tagged_nor_paused(
    resumed: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    world = Swapped(record_of={"begun_at": BEGUN, "resumed": resumed})

    assert world.finish() == {"next": "done"}

    assert world.calls == ["record", "put"]
    assert "sales is no longer the cluster that was rotated" in world.ledger.records["sales"]["note"]
    assert world.ledger.locks == {}
