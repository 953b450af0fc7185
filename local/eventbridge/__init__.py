"""EventBridge whose rules deliver: to functions, state machines, topics and queues, on the shared clock.

- `patterns`: which events a rule is about
- `inputs`: what a target gets of an event
- `targets`: the call that a target is
- `delivery`: when, how often, and where an event ends that no target takes
- `bus`: moto's buses and rules, made to do so
- `listeners`: functions of this process that hear events, too

Refused with a sentence rather than passed over: rules with a ScheduleExpression, and targets of other kinds.
Log groups, other buses and archives are served by moto, at once. CloudTrail records no read-only calls here,
so a rule in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS gets no more than an enabled one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.context import Context
from local.eventbridge import bus
from local.eventbridge.delivery import Deliveries, UndeliveredEvent
from local.eventbridge.listeners import Listener, Listeners

__all__ = ["UndeliveredEvent", "close", "install", "is_awaited", "listening", "undelivered_events"]

_running: list[tuple[Deliveries, Listeners]] = []


def install(context: Context) -> None:
    """Deliver by the rules of this local AWS, and by nothing of an earlier one."""
    close()
    _running.append((Deliveries(context), Listeners(context)))
    bus.install(context, *_running[-1])


def close() -> None:
    """Deliver nothing more; moto's own delivery is back."""
    while _running:
        _running.pop()[0].close()
    bus.restore()


def undelivered_events() -> list[UndeliveredEvent]:
    """The events that were given up, the oldest first.

    Raises:
        RuntimeError: No local AWS runs.
    """
    return list(_current()[0].undelivered)


@contextmanager
def listening(pattern: dict[str, Any], hear: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Have ``hear`` called, while the block lasts, with each event of a pattern, as if it were a target.

    It is called at the event's virtual moment plus the latency, on a thread that counts as busy on the clock.

    Raises:
        RuntimeError: No local AWS runs.
    """
    listeners, listener = _current()[1], Listener(pattern, hear)
    listeners.add(listener)
    try:
        yield
    finally:
        listeners.remove(listener)


def is_awaited(account: str, region: str, event: dict[str, Any]) -> bool:
    """Whether an enabled rule of the default bus, or a listener, waits for such an event."""
    return bus.is_awaited(account, region, event) or any(each.await_event(event) for _, each in _running)


def _current() -> tuple[Deliveries, Listeners]:
    if not _running:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return _running[-1]
