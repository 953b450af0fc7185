"""One cluster of a run on the page: a row of the table and the details behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.durations import humanize
from steward.pages.console_links import execution_link
from steward.pages.evidence import Node, node, says
from steward.pages.outcomes import TROUBLE, look
from steward.pages.texts import label, mapped, number, text
from steward.pages.timeline import Course, Mark, Segment, course, told
from steward.pages.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from steward.pages.axis import Axis
    from steward.pages.outcomes import Look

SHOWN = {
    *("cluster", "outcome", "reason", "note", "wave", "code", "seconds", "polls", "overshoot_seconds"),
    *("began_at", "begun_at", "ended_at", "timeline", "evidence", "about", "execution"),
}
"""Fields of a line that have their place; any other is told under "About"."""

MOST_STEPS = 60
"""Steps that are listed; a cluster that was asked again and again has more, all of them in report.json."""


FITS = 100
"""Characters of a reason that are seen whole in the table."""


@dataclass(frozen=True)
class Row:
    """One cluster.

    Attributes:
        index: Its place in the report, unique on the page.
        seconds: How long Redshift was at work on it, else how long the run was; None when nothing was done.
        began: Seconds from the beginning of the axis; None when nothing was done.
        facts: Pairs of term and node.
    """

    index: int
    cluster: str
    look: Look
    wave: str
    reason: str
    note: str
    course: Course
    axis: Axis
    seconds: float | None
    execution: str
    facts: tuple[tuple[str, Node], ...]
    about: Node
    evidence: Node

    @property
    def order(self) -> tuple[int, float, str]:
        """Trouble first, then what was done in its order, then what was left alone."""
        group = 0 if self.look.name in TROUBLE else 1 if self.course.segments else 2
        return group, self.began if group == 1 and self.began is not None else self.look.rank, self.cluster

    @property
    def began(self) -> float | None:
        """When the first step began, in seconds on the axis."""
        began = self.course.began
        return None if began is None else (began - self.axis.start).total_seconds()

    @property
    def took(self) -> str:
        """How long it took, in words."""
        return "" if self.seconds is None else humanize(self.seconds)

    @property
    def listed(self) -> tuple[Segment, ...]:
        """The steps that the details list."""
        return self.course.segments[:MOST_STEPS]

    @property
    def summary(self) -> str:
        """The course in one sentence, for those who do not see it."""
        said = [f"{label(segment.step)} {humanize(segment.seconds)}" for segment in self.listed]
        marks = [self.say_mark(mark) for mark in self.course.marks]
        return "; ".join([*said, *marks])

    @property
    def is_long(self) -> bool:
        """Whether the reason may be cut off in the table."""
        return len(self.reason) > FITS

    def say(self, segment: Segment) -> str:
        """A step in words."""
        return told(segment, self.axis)

    def say_mark(self, mark: Mark) -> str:
        """A mark in words."""
        return f"{mark.words} · {self.clock(mark.at)}"

    def clock(self, at: datetime) -> str:
        """A moment of this course, with its day when the run went over more than one."""
        zone = self.axis.zone
        same_day = zone.short_day(self.axis.start) == zone.short_day(self.axis.end)
        return zone.clock(at) if same_day else f"{zone.short_day(at)} {zone.clock(at)}"


def row(index: int, line: Mapping[str, Any], axis: Axis) -> Row:
    """The row of a report's line."""
    drawn = course(line, axis)
    spent = None
    if drawn.began is not None and drawn.ended is not None:
        spent = (drawn.ended - drawn.began).total_seconds()
    seconds = number(line.get("seconds"))
    evidence = {
        name: value for name, value in mapped(line.get("evidence")).items() if says(value) or value == []
    }
    about = {name: value for name, value in line.items() if name not in SHOWN} | mapped(line.get("about"))
    told_twice = [name for name in about if name in evidence]
    return Row(
        index=index,
        cluster=text(line.get("cluster")),
        look=look(text(line.get("outcome"))),
        wave=text(line.get("wave")),
        reason=text(line.get("reason")),
        note=text(line.get("note")),
        course=drawn,
        axis=axis,
        seconds=spent if seconds is None else seconds,
        execution=execution_link(line.get("execution")),
        facts=tuple(_facts(line, axis)),
        about=node({name: about[name] for name in about if name not in told_twice}, axis.zone),
        evidence=node(evidence, axis.zone),
    )


def _facts(line: Mapping[str, Any], axis: Axis) -> Iterator[tuple[str, Node]]:
    """What the run knows of its work on the cluster, in words."""
    for term, names in (("Began", ("began_at", "begun_at")), ("Ended", ("ended_at",))):
        at = next((at for name in names if (at := moment(line.get(name))) is not None), None)
        if at is not None:
            yield term, node(at.isoformat(), axis.zone)
    late = number(line.get("overshoot_seconds"))
    if late:
        yield "End seen", Node("text", f"at most {humanize(late)} late")
    if number(line.get("polls")):
        yield "Looks", Node("text", f"{line['polls']:,}")
    if line.get("wave"):
        yield "Wave", Node("text", label(str(line["wave"])))
    if line.get("code"):
        yield "Code", Node("code", str(line["code"]))
