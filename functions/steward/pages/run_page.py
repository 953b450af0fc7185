"""The page of one run: what became of every cluster, when, and why, from the run's report.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from steward.domain.durations import humanize
from steward.domain.workflows import WORKFLOWS
from steward.pages.axis import Axis, bend
from steward.pages.console_links import execution_link, place
from steward.pages.outcomes import shares, status_look
from steward.pages.render import render
from steward.pages.run_rows import Row, row
from steward.pages.texts import label, listed, mapped, number, text
from steward.pages.timeline import KIND_WORDS, at_work, steps
from steward.pages.times import Zone, iso, moment, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the axis of a report without a single moment lies."""


@dataclass(frozen=True)
class Fact:
    """One fact about the run; ``href`` leads into the console, ``at`` is a moment for programs."""

    term: str
    text: str
    href: str = ""
    at: str = ""
    code: bool = False


def run_page(report: Mapping[str, Any]) -> str:
    """The whole of report.html.

    Args:
        report: As `steward.steps.report` writes it. Optional are ``timezone`` (IANA, default UTC), and in
            each cluster's line ``timeline`` (a list of ``step`` and ``at``), ``evidence`` and ``about`` (JSON
            objects of any shape) and ``execution`` (the ARN of its child execution). A line without them, or
            with moments that can not be read, has less to show and is no error.
    """
    where = zone(report.get("timezone"))
    lines = [mapped(line) for line in listed(report.get("clusters"))]
    axis = _axis(report, lines, where)
    rows = sorted((row(index, line, axis) for index, line in enumerate(lines)), key=lambda r: r.order)
    return render(
        "run.html.j2",
        name=text(report.get("run")),
        workflow=_workflow(report),
        status=status_look(text(report.get("status")), {row.look.name for row in rows}),
        headline=text(report.get("headline")),
        facts=list(_facts(report, where)),
        wanted=_wanted(report.get("input")),
        counters=shares(row.look for row in rows),
        rows=rows,
        axis=axis,
        ticks=axis.ticks(),
        load=_load(rows, axis),
        kinds=_kinds(rows),
        signs=_signs(rows),
        not_selected=int(number(report.get("not_selected")) or 0),
    )


def _workflow(report: Mapping[str, Any]) -> str:
    name = text(report.get("workflow"))
    return WORKFLOWS[name].title if name in WORKFLOWS else label(name)


def _axis(report: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], where: Zone) -> Axis:
    """From the run's beginning to its end, further where a cluster's moments lie outside."""
    named = [moment(report.get("started_at")), moment(report.get("ended_at"))]
    ends = []
    for line in lines:
        own = [moment(line.get("ended_at")), *(at for _, at in steps(line))]
        named.extend(own)
        ends.extend(sorted(at for at in own if at is not None)[-1:])
    known = [at for at in named if at is not None]
    start, end = min(known, default=EPOCH), max(known, default=EPOCH)
    return Axis(start, end, where, bend(start, end, ends))


def _facts(report: Mapping[str, Any], where: Zone) -> Iterator[Fact]:
    arn = report.get("execution")
    account, region = place(arn)
    for term, key in (("Started", "started_at"), ("Ended", "ended_at")):
        at = moment(report.get(key))
        if at is not None:
            yield Fact(term, where.full(at), at=iso(at))
    seconds = number(report.get("seconds"))
    if seconds is not None:
        yield Fact("Took", humanize(seconds))
    yield _began_by(report.get("input"), where)
    if account:
        yield Fact("Account", f"{account} · {region}")
    yield Fact("Execution", text(report.get("run")), href=execution_link(arn), code=True)


def _began_by(wanted: Any, where: Zone) -> Fact:
    """Who or what started the run, as far as its input says."""
    asked = mapped(wanted)
    drift, scheduled = mapped(asked.get("drift")), moment(asked.get("scheduled_at"))
    if asked.get("requested_by"):
        return Fact("Requested by", str(asked["requested_by"]))
    if drift:
        return Fact("Started by", f"a change of roles by {drift.get('by') or 'somebody'}")
    if scheduled is not None:
        return Fact("Started by", f"the schedule, for {where.minute(scheduled)}", at=iso(scheduled))
    return Fact("Started by", "a person or a program, on demand")


def _wanted(wanted: Any) -> str:
    """The run's input as JSON, when it says more than that the schedule started it."""
    if isinstance(wanted, dict) and not set(wanted) - {"scheduled_at"}:
        return ""
    return json.dumps(wanted, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Load:
    """How many clusters were at work at the same time, as the path of an area of 100 by 100."""

    path: Markup
    most: int


def _load(rows: Iterable[Row], axis: Axis) -> Load:
    levels = at_work((row.course for row in rows), axis)
    most = max((level for _, level in levels), default=0)
    path = "M0 100" + "".join(f"H{x:.1f}V{100 - level / most * 100:.1f}" for x, level in levels if most)
    return Load(Markup(f"{path}H100V100Z"), most)  # noqa: S704  # letters and numbers of our own


def _kinds(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """The kinds of steps that occur, with what they mean, for the legend."""
    seen = {segment.kind for row in rows for segment in row.course.segments}
    return [(kind, words) for kind, words in KIND_WORDS.items() if kind in seen]


def _signs(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """The marks that occur, with what they mean and their tone, for the legend."""
    return sorted({(mark.sign, mark.words, mark.tone) for row in rows for mark in row.course.marks})
