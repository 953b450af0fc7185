"""What completes a rotation: a cluster that refuses is tried again soon, an outage is waited out."""

from __future__ import annotations

from dataclasses import dataclass, field
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
from steward.steps.rotate_keys.finish import Tools, _pause, _tag, finish
from tests.support.fault_plan import FaultPlan
from tests.support.memory_ledger import Ledger
from tests.unit.rotate_keys.test_one_winner import NOW, RUN

if TYPE_CHECKING:
    from collections.abc import Callable

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

    cluster = SimpleNamespace(may_be=lambda *_: True, phase="ready")
    return SimpleNamespace(
        tags=SimpleNamespace(write=answer),
        power=SimpleNamespace(pause=answer),
        clusters=SimpleNamespace(one=lambda _name: cluster),
        operations=SimpleNamespace(update=lambda *_, **__: OPERATION),
    )


@pytest.mark.parametrize("change", [_tag, _pause])
@pytest.mark.parametrize(("outcome", "error"), ENDS)
def test_an_outage_is_told_from_a_cluster_that_is_busy(change: Any, outcome: CallOutcome, error: Any) -> None:
    step: Any = ClusterStep(Run(**RUN), {"cluster": "sales"}, NOW, NOW, 0, "the child")

    with pytest.raises(error, match="yet: Code: AWS's own words"):
        change(OPERATION, step, answering(outcome))


@dataclass
class World:
    """A cluster that was resumed for a rotation which has ended; ``calls`` is what was done to it."""

    ledger: Ledger = field(default_factory=lambda: Ledger(FaultPlan()))
    phase: Phase = Phase.READY
    calls: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        run, begun = Run(**RUN), {"begun_at": NOW, "resumed": True, "reason": "keys were old"}
        self.ledger.update(run, "sales", NOW, namespace_arn="arn:sales", created_at="", **begun)
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
        return SimpleNamespace(may_be=lambda *_: True, phase=self.phase)

    def finish(self) -> Any:
        """One invocation of Finish."""
        fields = Tools.__dataclass_fields__
        tools = Tools(**{n: self.ledger if n in {"locks", "operations"} else self for n in fields})  # type: ignore[arg-type]
        item = {"cluster": "sales", "namespace_arn": "arn:sales", "created_at": ""}
        wait = {"polls": 3, "overshoot_seconds": 0, "odd_status": ""}
        event: Any = {
            "run": RUN,
            "item": item,
            "now": format_moment(NOW),
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


def test_of_two_invocations_of_finish_at_once_the_one_that_claimed_the_record_last_goes_on() -> None:
    world = World()
    world.meanwhile = world.finish

    with pytest.raises(ClusterBusy, match="sales"):
        world.finish()

    assert world.calls.count("pause") == 1
    assert world.ledger.records["sales"]["outcome"] == "rotated"
