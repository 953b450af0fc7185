"""Functions of this process that hear events as a rule's target does: on the clock, after the latency."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.context import Context
from local.eventbridge import patterns
from local.eventbridge.delivery import LATENCY


@dataclass(frozen=True, eq=False)
class Listener:
    """A function and the pattern of the events that it hears."""

    pattern: dict[str, Any]
    hear: Callable[[dict[str, Any]], None]


class Listeners:
    """The listeners of one local AWS; each hears the events of every bus."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> None:
        """Call a listener for each event from now on."""
        self._listeners = [*self._listeners, listener]

    def remove(self, listener: Listener) -> None:
        """Call it no more."""
        self._listeners = [each for each in self._listeners if each is not listener]

    def await_event(self, event: dict[str, Any]) -> bool:
        """Whether any listener would hear the event."""
        return any(patterns.matches(each.pattern, event) for each in self._listeners)

    def take(self, entry: dict[str, Any]) -> None:
        """Have an event, an entry of PutEvents, heard; a jumping clock jumps there."""
        clock = self._context.clock
        event = {
            "source": entry.get("Source"),
            "detail-type": entry.get("DetailType"),
            "account": self._context.account,
            "region": self._context.region,
            "resources": entry.get("Resources") or [],
            "detail": json.loads(entry.get("Detail") or "{}"),
        }
        for each in self._listeners:
            if patterns.matches(each.pattern, event):
                clock.call_at(clock.now() + LATENCY, functools.partial(each.hear, event), foreground=True)
