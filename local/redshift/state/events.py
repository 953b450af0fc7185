"""What DescribeEvents knows: the catalogue of events, and the log of those that happened."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.redshift.errors import invalid_combination, invalid_value

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = timedelta(days=14)
"""How long events are kept (AWS Redshift API reference, DescribeEvents)."""

KEPT_MINUTES = 20_160
DEFAULT_MINUTES = 60
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)

CLUSTER = "cluster"
SNAPSHOT = "cluster-snapshot"


@dataclass(frozen=True, slots=True)
class EventKind:
    """One line of the catalogue; ``sentence`` may use ``{id}``, ``{cluster}``, ``{at}`` and ``{was}``."""

    source_type: str
    category: str
    severity: str
    sentence: str


CLUSTER_EVENTS = {
    "2000": "Amazon Redshift cluster '{id}' has been created at {at} and is ready for use.",
    "2001": "Amazon Redshift cluster '{id}' has been deleted at {at}. A final snapshot {was} saved.",
    "2003": "Maintenance started on Amazon Redshift cluster '{id}' at {at}.",
    "2004": "Maintenance completed on Amazon Redshift cluster '{id}' at {at}.",
    "2006": "A resize of Amazon Redshift cluster '{id}' started at {at}.",
    "3002": "The resize of Amazon Redshift cluster '{id}' completed at {at}.",
    "2008": "Amazon Redshift cluster '{id}' is being restored from a snapshot since {at}.",
    "3003": "Amazon Redshift cluster '{id}' was restored from a snapshot at {at}.",
    "2013": "Amazon Redshift cluster was renamed to '{id}' at {at}.",
    "3000": "Amazon Redshift cluster '{id}' was rebooted at {at}.",
    "3618": "A pause of Amazon Redshift cluster '{id}' started at {at}.",
    "3619": "Amazon Redshift cluster '{id}' was paused at {at}.",
}
"""By event id. 2000 and 2001 are worded as AWS documents them; rotations and role changes have no event."""

SNAPSHOT_EVENTS = {
    "2009": "The user snapshot '{id}' of Amazon Redshift cluster '{cluster}' started at {at}.",
    "3004": "The user snapshot '{id}' of Amazon Redshift cluster '{cluster}' completed at {at}.",
    "3503": "The user snapshot '{id}' of Amazon Redshift cluster '{cluster}' failed at {at}.",
    "2010": "The user snapshot '{id}' of Amazon Redshift cluster '{cluster}' was cancelled at {at}.",
    "2011": "The user snapshot '{id}' of Amazon Redshift cluster '{cluster}' was deleted at {at}.",
    "2012": "The final snapshot '{id}' of Amazon Redshift cluster '{cluster}' started at {at}.",
    "3005": "The final snapshot '{id}' of Amazon Redshift cluster '{cluster}' completed at {at}.",
    "3502": "The final snapshot '{id}' of Amazon Redshift cluster '{cluster}' failed at {at}.",
    "3006": "The final snapshot '{id}' of Amazon Redshift cluster '{cluster}' was cancelled at {at}.",
}
ERRORS = frozenset({"3503", "3502"})
MONITORING = frozenset({"3000", "3618", "3619"})

CATALOGUE = {
    event_id: EventKind(
        source_type,
        "monitoring" if event_id in MONITORING else "management",
        "ERROR" if event_id in ERRORS else "INFO",
        sentence,
    )
    for source_type, sentences in ((CLUSTER, CLUSTER_EVENTS), (SNAPSHOT, SNAPSHOT_EVENTS))
    for event_id, sentence in sentences.items()
}


def categories(source_type: str | None) -> list[dict[str, Any]]:
    """The catalogue as DescribeEventCategories lists it, for one type of source or all."""
    wanted = [source_type] if source_type else [CLUSTER, SNAPSHOT]
    return [
        {
            "SourceType": each,
            "Events": [
                {
                    "EventId": event_id,
                    "EventCategories": [kind.category],
                    "EventDescription": kind.sentence,
                    "Severity": kind.severity,
                }
                for event_id, kind in CATALOGUE.items()
                if kind.source_type == each
            ],
        }
        for each in wanted
    ]


class EventLog:
    """Everything that happened, oldest first; `listeners` are called with each event as it is logged."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self.listeners: list[Callable[[dict[str, Any]], None]] = []

    def record(self, event_id: str, source: str, moment: datetime, **words: str) -> None:
        """Log one event of the catalogue; ``words`` fill its sentence."""
        kind = CATALOGUE[event_id]
        at = moment.strftime("%Y-%m-%d %H:%M UTC")
        event = {
            "SourceIdentifier": source,
            "SourceType": kind.source_type,
            "Message": kind.sentence.format(id=source, at=at, **words),
            "EventCategories": [kind.category],
            "Severity": kind.severity,
            "Date": moment,
            "EventId": event_id,
        }
        self._events.append(event)
        for listener in self.listeners:
            listener(event)

    def select(self, parameters: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
        """The events that DescribeEvents' parameters ask for.

        Raises:
            RedshiftError: A source identifier without its type, or a period that ends before it begins.
        """
        source, source_type = parameters.get("SourceIdentifier"), parameters.get("SourceType")
        if source and not source_type:
            raise invalid_combination("SourceType must be given when SourceIdentifier is.")
        start, end = _period(parameters, now)
        return [
            event
            for event in self._events
            if start <= event["Date"] <= end
            and source_type in (None, event["SourceType"])
            and source in (None, event["SourceIdentifier"])
        ]


def _period(parameters: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Moments that lie outside of what is kept, or of the calendar, are drawn in to what is kept."""
    minutes = timedelta(minutes=max(0, min(parameters.get("Duration", DEFAULT_MINUTES), KEPT_MINUTES)))
    earliest, latest = now - 2 * KEPT, now + 2 * KEPT
    given = {name: parameters[name] for name in ("StartTime", "EndTime") if name in parameters}
    moments = {name: min(max(moment, earliest), latest) for name, moment in given.items()}
    end: datetime = moments.get("EndTime", now)
    if "EndTime" not in moments and "StartTime" in moments and "Duration" in parameters:
        end = moments["StartTime"] + minutes
    start: datetime = moments.get("StartTime", end - minutes)
    if "StartTime" in given and given["StartTime"] > given.get("EndTime", LAST_MOMENT):
        raise invalid_value("EndTime must not be before StartTime.")
    return max(start, now - KEPT), end
