"""What goes wrong with a call or a write of the steps, planned by its number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE, AFTER, LOST, DROPPED, THROTTLED = "killed before", "killed after", "lost", "dropped", "throttled"
"""What can go wrong with a call: the function dies, answer or request get lost, Redshift refuses."""

TWIN, STOP = "a second invocation", "the run is stopped"
"""What can happen right before a call or a write: see `FaultPlan.interrupt`."""


class KilledError(Exception):
    """The function ends in the middle of what it does."""


@dataclass
class FaultPlan:
    """Which call fails and how, counted over everything that the functions do.

    Attributes:
        interrupt: Called with `TWIN` or `STOP` when that is planned, right before the call is made.
    """

    planned: dict[int, str] = field(default_factory=dict)
    count: int = 0
    interrupt: Callable[[str], None] | None = None

    def take(self, *kinds: str) -> str:
        """What goes wrong with this call, if it is one of these."""
        self.count += 1
        kind = self.planned.pop(self.count, "")
        if kind in {TWIN, STOP} and self.interrupt is not None:
            self.interrupt(kind)
        return kind if kind in kinds else ""

    def unread(self) -> str:
        """Why a wait loop cannot look now, empty if it can."""
        return ""
