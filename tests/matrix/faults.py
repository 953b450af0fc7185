"""The faults of the matrix, and their arming at the moment at which an execution enters a state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from local import lambda_
from local.faults import AnyFault, KillFunction, StopExecution
from local.faults.arming import arm
from local.redshift import backend_of
from local.redshift.behavior.faults import ArmedFault, Fault
from local.stepfunctions.engine.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.context import Context
    from local.lambda_.model import Kill

CHANGES = ("Create*", "Delete*", "Modify*", "Pause*", "Restore*", "Resume*", "Rotate*")


def _of_changes(**fault: Any) -> list[AnyFault]:
    return [Fault(call=call, **fault) for call in CHANGES]


FAULTS: dict[str, list[AnyFault]] = {
    "stopped": [StopExecution("stop execution", state="*", times=1)],
    "killed before": [KillFunction("kill function", at="before", times=1)],
    "killed during": [KillFunction("kill function", at="during", calls=2, times=1)],
    "killed after": [KillFunction("kill function", at="after", times=1)],
    "killed nine times": [KillFunction("kill function", at="before", times=9)],
    "throttled": [Fault("throttle", times=4)],
    "KMS throttles": [Fault("kms throttle", times=2)],
    "answer lost": _of_changes(fault="lost response", times=1),
    "server error": [Fault("error", times=3)],
    "unexpected code": _of_changes(fault="error", code="InvalidParameterValue"),
    "denied": [Fault("error", code="AccessDenied", times=3)],
    "outage": [Fault("error", code="ServiceUnavailable", times=40)],
    "slow": [Fault("slow", delay="2 minutes", times=2)],  # type: ignore[arg-type] # pydantic reads it
}
"""By their names in the table: one of each kind that local AWS has, and how much of it."""

STOPPED = "stopped"
NEVER = 10**9
"""More calls than any run makes: a fault that comes after so many only counts what it would match."""


@dataclass(frozen=True)
class ArmedGroup:
    """The parts of a fault that were armed together, as local AWS counts for them."""

    parts: list[ArmedFault | Kill]

    @property
    def matched(self) -> int:
        """How many calls or invocations so far were such as it is meant for."""
        return sum(part.matched if isinstance(part, ArmedFault) else part.seen for part in self.parts)

    @property
    def struck(self) -> int:
        """How often it has struck."""
        return sum(part.fired if isinstance(part, ArmedFault) else part.struck for part in self.parts)


def arm_group(context: Context, faults: list[AnyFault]) -> ArmedGroup:
    """Arm faults of calls and functions; those that stop executions are the engine's, see `ArmingFaults`."""
    return ArmedGroup([_arm(context, fault) for fault in faults if not isinstance(fault, StopExecution)])


def _arm(context: Context, fault: Fault | KillFunction) -> ArmedFault | Kill:
    arm(context, fault)
    return lambda_.kills()[-1] if isinstance(fault, KillFunction) else backend_of(context).faults.armed[-1]


class ArmingFaults(Faults):
    """Arms faults when a state is entered for the first time, and remembers which states were entered.

    Args:
        context: Local AWS, without faults so far.
        troubles: The game's own faults, by the state at which they begin.
        state: At which the cell's faults begin.
        faults: Those of the cell.
    """

    def __init__(
        self,
        context: Context,
        troubles: Mapping[str, list[AnyFault]],
        state: str = "",
        faults: list[AnyFault] | None = None,
    ) -> None:
        super().__init__()
        self._context, self._troubles, self._state, self._faults = context, troubles, state, faults or []
        self._armed = ArmedGroup([])
        self._stopped = False
        self.entered: Counter[str] = Counter()

    def strike(self, machine: str, state: str) -> bool:
        self.entered[state] += 1
        if self.entered[state] == 1:
            self._begin(state)
            if state == self._state and any(isinstance(fault, StopExecution) for fault in self._faults):
                self._stopped = True
                return True
        return super().strike(machine, state)

    def _begin(self, state: str) -> None:
        """The cell's faults before the game's, so that they strike first if both begin here."""
        if state == self._state:
            self._armed = arm_group(self._context, self._faults)
        arm_group(self._context, self._troubles.get(state, []))

    @property
    def struck(self) -> bool:
        """Whether the cell's fault has struck."""
        return self._stopped or self._armed.struck > 0


Position = tuple[int, int]
"""How many calls a fault could have struck before a moment, and at how many states the game's own began."""


class CountingFaults(ArmingFaults):
    """Strikes nothing but the game's own faults, and counts what each fault of the matrix could strike.

    Attributes:
        positions: By state, then by fault: where it would begin if it were armed there.
    """

    def __init__(self, context: Context, troubles: Mapping[str, list[AnyFault]]) -> None:
        super().__init__(context, troubles)
        self._counters = {name: arm_group(context, _late(faults)) for name, faults in FAULTS.items()}
        self.positions: dict[str, dict[str, Position]] = {}

    def strike(self, machine: str, state: str) -> bool:
        if state not in self.positions:
            begun = sum(each in self._troubles for each in self.positions)
            self.positions[state] = {name: (count, begun) for name, count in self.counts().items()}
        return super().strike(machine, state)

    def counts(self) -> dict[str, int]:
        """By fault: how many calls it could have struck so far."""
        return {name: counter.matched for name, counter in self._counters.items()}


def _late(faults: list[AnyFault]) -> list[AnyFault]:
    return [fault if isinstance(fault, StopExecution) else replace(fault, after=NEVER) for fault in faults]
