"""How old an event may be when a function acts on it.

An event says when the state machine entered the step. Step Functions repeats it unchanged when it calls a
function again, by which time a change window may have closed.
"""

from datetime import datetime, timedelta

from steward.domain.errors import StaleEvent
from steward.domain.moments import format_moment

LONGEST_AGE = timedelta(minutes=2)
"""As long as a function may take, and so longer than any first call of it comes late."""

LATEST_EFFECT = LONGEST_AGE + timedelta(minutes=1)
"""So long after an invocation has written down a call, it is made and its effect visible, or never will be.

The invocation is dead by then; the minute is for Redshift, whose DescribeClusters can lag behind.
"""


def moment_of_decision(entered_at: datetime, clock: datetime) -> datetime:
    """The moment by which a step decides: the clock's, not the event's.

    Args:
        entered_at: When the state machine entered the step.
        clock: The time of day.

    Raises:
        StaleEvent: The event is older than `LONGEST_AGE`.
    """
    if clock - entered_at > LONGEST_AGE:
        minutes = LONGEST_AGE.total_seconds() / 60
        raise StaleEvent(
            f"the step was entered at {format_moment(entered_at)} and it is {format_moment(clock)}: "
            f"an event older than {minutes:.0f} minutes is not acted on"
        )
    return max(entered_at, clock)
