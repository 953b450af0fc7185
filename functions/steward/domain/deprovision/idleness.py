"""Whether a cluster has been idle; missing data never counts as idle.

CloudWatch has no values for a paused cluster (Redshift management guide, "Pausing and resuming a cluster"),
nor for one that is broken or new. So every hour of the period has to be accounted for: by a value of the
metric at or below the threshold, or by CloudTrail showing that the cluster was paused for all of it,
because nobody can use a paused cluster. An hour with neither is unknown, and one such hour blocks.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from steward.domain.deprovision.findings import PAUSED, Usage
from steward.domain.deprovision.settings import IdleRule
from steward.domain.moments import format_moment

HOUR = timedelta(hours=1)

Span = tuple["datetime", "datetime"]


def busy_hours(rule: IdleRule, usage: Usage, now: datetime) -> list[tuple[datetime, float]]:
    """The hours of the last ``rule.days`` in which the metric was above the threshold, the latest first."""
    begin = _hour(now) - timedelta(days=rule.days)
    busy = [(at, value) for at, value in usage.hours.items() if at >= begin and value > rule.threshold]
    return sorted(busy, reverse=True)


def unknown_hours(rule: IdleRule, usage: Usage, until: datetime, now: datetime) -> list[datetime]:
    """The hours of the ``rule.days`` before ``until`` of which nobody knows whether it was used.

    ``until`` is when this run itself first changed the cluster: what it did to it says nothing about its use.
    """
    end = _hour(until)
    paused = list(pause_spans(usage, end - timedelta(days=rule.days), now))
    hours = (end - HOUR * number for number in range(rule.days * 24, 0, -1))
    return [at for at in hours if at not in usage.hours and not _within(at, paused)]


def unused_since(rule: IdleRule, usage: Usage, now: datetime) -> datetime | None:
    """Since when, in whole hours, nobody can have changed its data; None for not even one hour.

    Stricter than the rule: the metric was 0, whatever the threshold, or the cluster was paused. Of the hour
    under way it is enough that no value speaks against it. Never longer ago than the rule's days.
    """
    end, found = _hour(now), None
    if usage.hours.get(end, 0) > 0:
        return None
    paused = list(pause_spans(usage, end - timedelta(days=rule.days), now))
    for number in range(1, rule.days * 24 + 1):
        at = end - HOUR * number
        if usage.hours.get(at, 0) > 0 or (at not in usage.hours and not _within(at, paused)):
            break
        found = at
    return found


def pause_spans(usage: Usage, begin: datetime, now: datetime) -> Iterator[Span]:
    """When, since ``begin``, the cluster was paused: read backwards from what it is now.

    Without CloudTrail nothing is known. A call that does not fit (resumed last, and yet it is paused)
    proves nothing about the time after it.
    """
    if usage.power is None:
        return
    end, paused = now, usage.paused_now
    for call in reversed(usage.power):
        if paused and call.call == PAUSED:
            yield call.at, end
        end, paused = call.at, call.call != PAUSED
    if paused and begin < end:
        yield begin, end


def _within(hour: datetime, spans: list[Span]) -> bool:
    return any(begin <= hour and hour + HOUR <= end for begin, end in spans)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def describe_busy(rule: IdleRule, busy: list[tuple[datetime, float]]) -> str:
    """The latest use, as half a sentence about the cluster."""
    at, value = busy[0]
    hours = f"{len(busy)} hour{'' if len(busy) == 1 else 's'} of the last {rule.days} days"
    return (
        f"was used: {rule.metric} was above {rule.threshold:g} in {hours}, last {value:g} "
        f"in the hour from {format_moment(at)}"
    )


def describe_unknown(rule: IdleRule, unknown: list[datetime]) -> str:
    """The unknown hours, as half a sentence about the cluster."""
    hours = f"{len(unknown)} of the {rule.days * 24} hours"
    return (
        f"may have been used: CloudWatch has no {rule.metric} for {hours} before this, "
        f"the first from {format_moment(unknown[0])}, and nothing shows that it was paused then"
    )
