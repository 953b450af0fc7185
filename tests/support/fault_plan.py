"""What goes wrong with a call or a write of the steps, planned by its number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE, AFTER, LOST, DROPPED, THROTTLED = "killed before", "killed after", "lost", "dropped", "throttled"
"""What can go wrong with a call: the function dies, answer or request get lost, Redshift refuses."""

TWIN, STOP = "a second invocation", "the run is stopped"
"""What can happen right before a call or a write: see `FaultPlan.interrupt`."""

LATE = "the function goes on late"
"""It stops right before a call or a write, is called again meanwhile, and goes on when much has happened."""


class KilledError(Exception):
    """The function ends in the middle of what it does."""


class HeldError(KilledError):
    """The function has stopped in the middle of what it does, and will go on."""


@dataclass
class FaultPlan:
    """Which call fails and how, counted over everything that the functions do.

    Attributes:
        interrupt: Called with `TWIN` or `STOP` when that is planned, right before the call is made.
        hold: Called when `LATE` is planned; it comes back when the function goes on.
        while_held: What others do while a function is held; it gets the simulation.
    """

    planned: dict[int, str] = field(default_factory=dict)
    count: int = 0
    interrupt: Callable[[str], None] | None = None
    hold: Callable[[], None] = lambda: None
    while_held: Callable[[Any], None] | None = None

    def take(self, *kinds: str) -> str:
        """What goes wrong with this call, if it is one of these."""
        self.count += 1
        kind = self.planned.pop(self.count, "")
        self.disturb(kind)
        return kind if kind in kinds else ""

    def disturb(self, kind: str) -> None:
        """What comes between the function and its next call."""
        if kind in {TWIN, STOP} and self.interrupt is not None:
            self.interrupt(kind)
        elif kind == LATE:
            self.hold()

    def unread(self) -> str:
        """Why a wait loop cannot look now, empty if it can."""
        return ""
