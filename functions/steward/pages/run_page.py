"""The page of one run, from its report.json: the outcome of every cluster, when, and why."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from steward.domain.durations import humanize
from steward.domain.workflows import WORKFLOWS
from steward.pages.axis import Axis, find_bend
from steward.pages.console_links import account_and_region, execution_link
from steward.pages.outcomes import shares, status_badge
from steward.pages.render import render
from steward.pages.run_rows import RunRow, run_row
from steward.pages.texts import as_dict, as_list, as_number, as_text, label
from steward.pages.timeline import KIND_TEXTS, concurrency, step_starts
from steward.pages.times import Zone, iso, moment, zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Start of the axis of a report that has no moments."""


@dataclass(frozen=True)
class SummaryRow:
    """One fact at the top of a page; ``href`` is a link into the console, ``at`` the moment in ISO 8601."""

    term: str
    text: str
    href: str = ""
    at: str = ""
    code: bool = False


def run_page(report: Mapping[str, Any]) -> str:
    """The HTML of report.html.

    Args:
        report: As `steward.steps.report` writes it. Optional are ``timezone`` (IANA, default UTC), and in
            each cluster's line ``timeline`` (a list of ``step`` and ``at``), ``evidence`` and ``about`` (JSON
            objects of any shape) and ``execution`` (the ARN of its child execution). A line without them, or
            with unreadable moments, shows less and is no error.
    """
    where = zone(report.get("timezone"))
    lines = [as_dict(line) for line in as_list(report.get("clusters"))]
    axis = _axis(report, lines, where)
    rows = sorted((run_row(index, line, axis) for index, line in enumerate(lines)), key=lambda r: r.order)
    return render(
        "run.html.j2",
        name=as_text(report.get("run")),
        workflow=_workflow(report),
        status=status_badge(as_text(report.get("status")), {row.badge.name for row in rows}),
        headline=as_text(report.get("headline")),
        facts=list(_facts(report, where)),
        run_input=_input_json(report.get("input")),
        counters=shares(row.badge for row in rows),
        rows=rows,
        axis=axis,
        ticks=axis.ticks(),
        load=_load(rows, axis),
        kinds=_kind_legend(rows),
        marks=_mark_legend(rows),
        not_selected=int(as_number(report.get("not_selected")) or 0),
    )


def _workflow(report: Mapping[str, Any]) -> str:
    name = as_text(report.get("workflow"))
    return WORKFLOWS[name].title if name in WORKFLOWS else label(name)


def _axis(report: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], where: Zone) -> Axis:
    """From the run's start to its end, extended to the moments of its clusters."""
    named = [moment(report.get("started_at")), moment(report.get("ended_at"))]
    ends = []
    for line in lines:
        own = [moment(line.get("ended_at")), *(at for _, at in step_starts(line))]
        named.extend(own)
        ends.extend(sorted(at for at in own if at is not None)[-1:])
    known = [at for at in named if at is not None]
    start, end = min(known, default=EPOCH), max(known, default=EPOCH)
    return Axis(start, end, where, find_bend(start, end, ends))


def _facts(report: Mapping[str, Any], where: Zone) -> Iterator[SummaryRow]:
    arn = report.get("execution")
    account, region = account_and_region(arn)
    for term, key in (("Started", "started_at"), ("Ended", "ended_at")):
        at = moment(report.get(key))
        if at is not None:
            yield SummaryRow(term, where.full(at), at=iso(at))
    seconds = as_number(report.get("seconds"))
    if seconds is not None:
        yield SummaryRow("Duration", humanize(seconds))
    yield _trigger_fact(report.get("input"), where)
    if account:
        yield SummaryRow("Account", f"{account} · {region}")
    yield SummaryRow("Execution", as_text(report.get("run")), href=execution_link(arn), code=True)
    if report.get("retry"):
        yield SummaryRow("Retry with", as_text(report["retry"]), code=True)


def _trigger_fact(run_input: Any, where: Zone) -> SummaryRow:
    """The requester or trigger, as the run's input has it."""
    given = as_dict(run_input)
    drift, scheduled = as_dict(given.get("drift")), moment(given.get("scheduled_at"))
    if given.get("requested_by"):
        return SummaryRow("Requested by", str(given["requested_by"]))
    if drift:
        return SummaryRow("Started by", f"a role change by {drift.get('by') or 'an unknown identity'}")
    if scheduled is not None:
        return SummaryRow("Started by", f"the schedule, for {where.minute(scheduled)}", at=iso(scheduled))
    return SummaryRow("Started by", "on demand")


def _input_json(run_input: Any) -> str:
    """The run's input as JSON; empty when it has nothing but the schedule's moment."""
    if isinstance(run_input, dict) and not set(run_input) - {"scheduled_at"}:
        return ""
    return json.dumps(run_input, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Load:
    """How many clusters had a step at once: an SVG path in a box of 100 by 100, and the maximum."""

    path: Markup
    most: int


def _load(rows: Iterable[RunRow], axis: Axis) -> Load:
    levels = concurrency((row.timeline for row in rows), axis)
    most = max((level for _, level in levels), default=0)
    path = "M0 100" + "".join(f"H{x:.1f}V{100 - level / most * 100:.1f}" for x, level in levels if most)
    return Load(Markup(f"{path}H100V100Z"), most)  # noqa: S704  # built from our own letters and numbers


def _kind_legend(rows: Iterable[RunRow]) -> list[tuple[str, str]]:
    """Kind and text of the steps on this page."""
    seen = {segment.kind for row in rows for segment in row.timeline.segments}
    return [(kind, text) for kind, text in KIND_TEXTS.items() if kind in seen]


def _mark_legend(rows: Iterable[RunRow]) -> list[tuple[str, str, str]]:
    """Symbol, text and tone of the marks on this page."""
    return sorted({(mark.symbol, mark.text, mark.tone) for row in rows for mark in row.timeline.marks})
