"""When a cluster had database connections: the source of CloudWatch's DatabaseConnections.

Nothing is stored for an hour: a cluster keeps the intervals in which it was used and those in which it was
paused, and any hour's value follows from them. A paused cluster has no data (Redshift Management Guide,
"Managing clusters": paused clusters emit no metrics), which is not the same as no connections.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, cast

from pydantic import PlainValidator, WithJsonSchema

from local.redshift.behavior.durations import parse_length

HOUR = timedelta(hours=1)
ALWAYS_THE_SAME = ("busy", "none", "missing")
MOST = 12
"""Connections of a busy hour, at most."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class LastUse:
    """How long before the fleet was seeded a cluster was used last."""

    last: timedelta


def parse_usage(value: object) -> Literal["busy", "none", "missing"] | LastUse:
    """A word, or ``{last: 10 days}``, of a fleet file.

    Raises:
        ValueError: It is neither.
    """
    if value in ALWAYS_THE_SAME:
        return cast("Literal['busy', 'none', 'missing']", value)
    if isinstance(value, LastUse):
        return value
    if isinstance(value, dict) and set(value) == {"last"}:
        return LastUse(parse_length(str(value["last"])))
    words = ", ".join(map(repr, ALWAYS_THE_SAME))
    raise ValueError(f"{value!r} is no use of a cluster; write {words} or {{last: 10 days}}")


DeclaredUse = Annotated[
    Literal["busy", "none", "missing"] | LastUse,
    PlainValidator(parse_usage),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "string", "enum": list(ALWAYS_THE_SAME)},
                {
                    "type": "object",
                    "properties": {"last": {"type": "string", "examples": ["10 days"]}},
                    "required": ["last"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""Used all the time, never, unknown (no data), or up to a moment."""


@dataclass
class Use:
    """When one cluster was used, and when it was paused.

    Attributes:
        known: Whether there is any data.
        used: Intervals with connections.
        paused: Intervals without data.
    """

    known: bool = True
    used: list[tuple[datetime, datetime]] = field(default_factory=list)
    paused: list[tuple[datetime, datetime]] = field(default_factory=list)

    @classmethod
    def always(cls) -> Use:
        """Used in every hour."""
        return cls(used=[(BEGINNING, EVER)])

    @classmethod
    def from_declaration(cls, what: DeclaredUse, now: datetime) -> Use:
        """As a fleet file says, for a cluster seeded ``now``."""
        if isinstance(what, LastUse):
            return cls(used=[(BEGINNING, now - what.last)])
        return cls.always() if what == "busy" else cls(known=what != "missing")

    def add(self, start: datetime, end: datetime) -> None:
        """Add an interval with connections."""
        self.used.append((start, end))

    def last(self, now: datetime) -> datetime:
        """When it was used last; long ago if it never was."""
        return max((min(end, now) for _, end in self.used), default=BEGINNING)

    def pause(self, moment: datetime) -> None:
        self.paused.append((moment, EVER))

    def resume(self, moment: datetime) -> None:
        if self.paused:
            self.paused[-1] = (self.paused[-1][0], moment)

    def connections(self, moment: datetime, name: str) -> int | None:
        """How many there were in the hour with a moment in it; None for no data.

        Args:
            moment: Any.
            name: Of the cluster: busy hours of different clusters differ.
        """
        if not self.known or any(start <= moment < end for start, end in self.paused):
            return None
        hour = moment.replace(minute=0, second=0, microsecond=0)
        if not any(start < hour + HOUR and hour < end for start, end in self.used):
            return 0
        return zlib.crc32(f"{name} {hour:%Y-%m-%dT%H}".encode()) % MOST + 1
