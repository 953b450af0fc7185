"""One cluster on the run's page: a row of the table and its details."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steward.domain.durations import humanize
from steward.pages.axis import Axis
from steward.pages.console_links import execution_link
from steward.pages.evidence import Node, has_content, node
from steward.pages.outcomes import NEEDS_ATTENTION, Badge, outcome_badge
from steward.pages.texts import as_dict, as_number, as_text, label
from steward.pages.timeline import Mark, Segment, Timeline, cluster_timeline, segment_text
from steward.pages.times import moment

PLACED_FIELDS = {
    *("cluster", "outcome", "reason", "note", "wave", "code", "seconds", "polls", "overshoot_seconds"),
    *("began_at", "begun_at", "ended_at", "timeline", "evidence", "about", "execution"),
}
"""Fields of a line with a place of their own; all others are shown together."""

MOST_STEPS = 60
"""Steps in the list of the details; report.json has all of them."""

SHORT_REASON = 100
"""Characters of a reason that fit into the table."""


@dataclass(frozen=True)
class RunRow:
    """One cluster.

    Attributes:
        index: Its place in the report, unique on the page.
        seconds: Duration of Redshift's operation, else of the run's work; None when the run did nothing.
        facts: Pairs of term and node.
    """

    index: int
    cluster: str
    badge: Badge
    wave: str
    reason: str
    note: str
    timeline: Timeline
    axis: Axis
    seconds: float | None
    execution: str
    facts: tuple[tuple[str, Node], ...]
    about: Node
    evidence: Node

    @property
    def order(self) -> tuple[int, float, str]:
        """Sort key: urgent outcomes, then the clusters worked on by start, then the others."""
        group = 0 if self.badge.name in NEEDS_ATTENTION else 1 if self.timeline.segments else 2
        return group, self.began if group == 1 and self.began is not None else self.badge.rank, self.cluster

    @property
    def began(self) -> float | None:
        """Start of the first step, in seconds on the axis; None when the run did nothing."""
        began = self.timeline.began
        return None if began is None else (began - self.axis.start).total_seconds()

    @property
    def duration_text(self) -> str:
        return "" if self.seconds is None else humanize(self.seconds)

    @property
    def listed(self) -> tuple[Segment, ...]:
        """The first `MOST_STEPS` steps."""
        return self.timeline.segments[:MOST_STEPS]

    @property
    def summary(self) -> str:
        """The timeline as one sentence, for screen readers."""
        steps = [f"{label(segment.step)} {humanize(segment.seconds)}" for segment in self.listed]
        marks = [self.mark_text(mark) for mark in self.timeline.marks]
        return "; ".join([*steps, *marks])

    @property
    def is_long(self) -> bool:
        """Whether the table may cut the reason off."""
        return len(self.reason) > SHORT_REASON

    def segment_text(self, segment: Segment) -> str:
        return segment_text(segment, self.axis)

    def mark_text(self, mark: Mark) -> str:
        return f"{mark.text} · {self.clock(mark.at)}"

    def clock(self, at: datetime) -> str:
        """The time of day, with the day when the run spans several."""
        zone = self.axis.zone
        same_day = zone.short_day(self.axis.start) == zone.short_day(self.axis.end)
        return zone.clock(at) if same_day else f"{zone.short_day(at)} {zone.clock(at)}"


def run_row(index: int, line: Mapping[str, Any], axis: Axis) -> RunRow:
    """The row of a cluster's line in the report."""
    own = cluster_timeline(line, axis)
    spent = None
    if own.began is not None and own.ended is not None:
        spent = (own.ended - own.began).total_seconds()
    seconds = as_number(line.get("seconds"))
    evidence = {
        name: value
        for name, value in as_dict(line.get("evidence")).items()
        if has_content(value) or value == []
    }
    others = {name: value for name, value in line.items() if name not in PLACED_FIELDS}
    others |= as_dict(line.get("about"))
    return RunRow(
        index=index,
        cluster=as_text(line.get("cluster")),
        badge=outcome_badge(as_text(line.get("outcome"))),
        wave=as_text(line.get("wave")),
        reason=as_text(line.get("reason")),
        note=as_text(line.get("note")),
        timeline=own,
        axis=axis,
        seconds=spent if seconds is None else seconds,
        execution=execution_link(line.get("execution")),
        facts=tuple(_facts(line, axis)),
        about=node({name: value for name, value in others.items() if name not in evidence}, axis.zone),
        evidence=node(evidence, axis.zone),
    )


def _facts(line: Mapping[str, Any], axis: Axis) -> Iterator[tuple[str, Node]]:
    """What the run knows of its own work on the cluster: term and value."""
    for term, names in (("Started", ("began_at", "begun_at")), ("Ended", ("ended_at",))):
        at = next((at for name in names if (at := moment(line.get(name))) is not None), None)
        if at is not None:
            yield term, node(at.isoformat(), axis.zone)
    late = as_number(line.get("overshoot_seconds"))
    if late:
        yield "Completion detected", Node("text", f"up to {humanize(late)} late")
    if as_number(line.get("polls")):
        yield "Status checks", Node("text", f"{line['polls']:,}")
    if line.get("wave"):
        yield "Wave", Node("text", label(str(line["wave"])))
    if line.get("code"):
        yield "Code", Node("code", str(line["code"]))
