"""Where a sequence of states stands: what it continues from, also when it is redriven."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class Progress:
    """The present state of a sequence, and what is done of it.

    Attributes:
        state: The state that is about to run or runs.
        input: Its input.
        variables: The variables as they were when it was entered.
        entered: When it was entered, or None before that.
        entered_event: The id of the event that says so.
        parts: How far the branches or iterations of the present state are, by index.
        map_run: The `MapRun` of the present state, if it is a Distributed Map.
        finished: The sequence has reached its end with ``output``.
    """

    state: str
    input: Any
    variables: dict[str, Any] = field(default_factory=dict)
    entered: datetime | None = None
    entered_event: int = 0
    parts: dict[int, Progress] = field(default_factory=dict)
    map_run: Any = None
    finished: bool = False
    output: Any = None

    def move_to(self, state: str, value: Any) -> None:
        """The next state, with its input."""
        self.state, self.input = state, value
        self.entered, self.entered_event = None, 0
        self.forget_parts()

    def finish(self, output: Any) -> None:
        """The end of the sequence."""
        self.finished, self.output = True, output
        self.forget_parts()

    def forget_parts(self) -> None:
        """Start the present state's branches, iterations or Map Run over."""
        self.parts, self.map_run = {}, None
