"""The history of one execution, event by event, as GetExecutionHistory returns it."""

import threading
from typing import Any

from local.clock import Clock
from local.stepfunctions.asl.failures import RUNTIME, StateFailure, Stopped
from local.stepfunctions.asl.limits import HISTORY_EVENTS

Event = dict[str, Any]
WHOLE = {"truncated": False}
"""inputDetails and outputDetails of an answer: nothing was cut."""


class History:
    """An append-only list of events with ids from 1; closed while the execution does not run.

    Args:
        clock: Where timestamps come from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._closed = False

    @property
    def events(self) -> list[Event]:
        """All events so far, oldest first."""
        with self._lock:
            return list(self._events)

    def add(self, kind: str, previous: int, **details: Any) -> int:
        """Append an event; returns its id.

        Raises:
            Stopped: The execution has ended.
            StateFailure: There is room for one last event only (25,000 are the most).
        """
        with self._lock:
            if self._closed:
                raise Stopped
            if len(self._events) >= HISTORY_EVENTS - 1:
                raise StateFailure(
                    RUNTIME, f"The execution reached the maximum number of history events ({HISTORY_EVENTS})."
                )
            return self._append(kind, previous, details)

    def close(self, kind: str, **details: Any) -> None:
        """Append the last event."""
        with self._lock:
            self._append(kind, len(self._events), details)
            self._closed = True

    def reopen(self, kind: str, **details: Any) -> int:
        """Continue after a redrive; returns the id of the redrive's event."""
        with self._lock:
            self._closed = False
            return self._append(kind, len(self._events), details)

    def _append(self, kind: str, previous: int, details: dict[str, Any]) -> int:
        number = len(self._events) + 1
        event: Event = {
            "timestamp": self._clock.now(),
            "type": kind,
            "id": number,
            "previousEventId": previous,
        }
        if details:
            event[details_key(kind)] = details
        self._events.append(event)
        return number


def details_key(kind: str) -> str:
    """The member of HistoryEvent that holds the details of an event type."""
    if kind.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if kind.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
