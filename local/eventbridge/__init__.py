"""EventBridge whose rules deliver: to functions, state machines, topics and queues, on the shared clock.

- `patterns`: which events a rule is about
- `inputs`: what a target gets of an event
- `targets`: the call that a target is
- `delivery`: when, how often, and where an event ends that no target takes
- `bus`: moto's buses and rules, made to do so

Refused with a sentence rather than passed over: rules with a ScheduleExpression, and targets of other kinds.
Log groups, other buses and archives are served by moto, at once. CloudTrail records no read-only calls here,
so a rule in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS gets no more than an enabled one.
"""

from local.context import Context
from local.eventbridge import bus
from local.eventbridge.bus import is_awaited
from local.eventbridge.delivery import Deliveries, UndeliveredEvent

__all__ = ["UndeliveredEvent", "close", "install", "is_awaited", "undelivered_events"]

_running: list[Deliveries] = []


def install(context: Context) -> None:
    """Deliver by the rules of this local AWS, and by nothing of an earlier one."""
    close()
    _running.append(Deliveries(context))
    bus.install(context, _running[-1])


def close() -> None:
    """Deliver nothing more; moto's own delivery is back."""
    while _running:
        _running.pop().close()
    bus.restore()


def undelivered_events() -> list[UndeliveredEvent]:
    """The events that were given up, the oldest first.

    Raises:
        RuntimeError: No local AWS runs.
    """
    if not _running:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return list(_running[-1].undelivered)
