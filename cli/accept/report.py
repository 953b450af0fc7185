"""What a run leaves for people and programs: every question with its verdict, reading and raw answers."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.accept.calls import Answer
from cli.accept.catalog import NOT_SETTLED
from cli.accept.facts import Fact, Value, Verdict
from cli.accept.findings import Finding
from cli.text import clean
from steward.domain.durations import humanize
from steward.domain.moments import format_moment

MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")


@dataclass(frozen=True)
class Report:
    """A run that has ended, as far as it came.

    Attributes:
        stopped: Why it came no further; empty if it came to its end.
    """

    run: str
    account: str
    region: str
    began_at: datetime
    ended_at: datetime
    findings: Sequence[Finding]
    stopped: str = ""

    @property
    def headline(self) -> str:
        counts = Counter(each.verdict for each in self.findings)
        return ", ".join(f"{counts[each]} {each}" for each in Verdict)


def words(value: Value | None) -> str:
    """A reading, or an assumption, for people."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return humanize(value.total_seconds())
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def reading(finding: Finding) -> str:
    """All readings of a question in words; a range where they are durations."""
    lengths = [each for each in finding.values if isinstance(each, timedelta)]
    if lengths:
        low, high = words(min(lengths)), words(max(lengths))
        return low if low == high else f"{low} to {high}"
    return ", ".join(words(each) for each in finding.settings)


def assumption(fact: Fact) -> str:
    """What local AWS and the steward go by."""
    return f"at most {words(fact.at_most)}" if fact.at_most is not None else words(fact.expected)


def to_document(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "run": report.run,
        "account": report.account,
        "region": report.region,
        "began_at": format_moment(report.began_at),
        "ended_at": format_moment(report.ended_at),
        "headline": report.headline,
        "stopped": report.stopped or None,
        "facts": [_fact(each) for each in report.findings],
        "not_settled": NOT_SETTLED,
    }


def to_json(report: Report) -> str:
    """ASCII only: raw answers may hold anything."""
    return json.dumps(to_document(report), indent=2, default=_plain) + "\n"


def _fact(finding: Finding) -> dict[str, Any]:
    fact = finding.fact
    return {
        "id": fact.id,
        "subject": fact.subject,
        "question": fact.question,
        "basis": fact.basis,
        "assumption": assumption(fact),
        "verdict": finding.verdict,
        "reading": reading(finding) or None,
        "values": [_plain(each) if isinstance(each, timedelta) else each for each in finding.values],
        "reason": finding.reason or None,
        "answers": [_answer(each) for each in finding.answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"call": answer.call, "parameters": answer.parameters, "at": answer.at}
    if answer.accepted:
        return shown | {"result": answer.result}
    return shown | {"code": answer.code, "message": answer.message}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_moment(value)
    return value.total_seconds() if isinstance(value, timedelta) else str(value)


def to_markdown(report: Report) -> str:
    """The report as a page: the verdicts in a table each, and the raw answers below."""
    when = f"{format_moment(report.began_at)} to {format_moment(report.ended_at)}"
    where = f"Account {escape(report.account)}, Region {escape(report.region)}"
    lines = [
        f"# Acceptance run {escape(report.run)}",
        "",
        f"{where}, {when}: {report.headline}.",
        *(["", f"It ended early: {escape(report.stopped)}."] if report.stopped else []),
    ]
    for each in (Verdict.REFUTED, Verdict.CONFIRMED, Verdict.OPEN):
        found = [finding for finding in report.findings if finding.verdict is each]
        lines += ["", f"## {each.capitalize()}", "", *_table(found)]
    lines += ["", "## What no run settles", ""]
    lines += [f"- {escape(knob)}: {escape(why)}" for knob, why in NOT_SETTLED.items()]
    lines += ["", "## Raw answers", ""]
    for finding in report.findings:
        lines += _raw(finding)
    return "\n".join(lines) + "\n"


def _table(findings: Iterable[Finding]) -> list[str]:
    rows = [
        f"| {escape(each.fact.question)} | {escape(assumption(each.fact))} ({each.fact.basis}) | "
        f"{escape(reading(each) or each.reason)} | {escape(each.fact.id)} |"
        for each in findings
    ]
    return ["| question | assumed | seen | name |", "|---|---|---|---|", *rows] if rows else ["None."]


def _raw(finding: Finding) -> list[str]:
    if not finding.answers:
        return []
    answers = json.dumps([_answer(each) for each in finding.answers], indent=1, default=_plain)
    return [f"### {escape(finding.fact.id)}", "", *(f"    {line}" for line in answers.splitlines()), ""]


def escape(text: object) -> str:
    """Untrusted text in Markdown: on one line, and nothing but text."""
    return MARKDOWN.sub(r"\\\1", clean(text))
