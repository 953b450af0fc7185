"""A fleet file for local AWS whose clusters behave as those of the account did."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import yaml

from cli.accept.facts import Value
from cli.accept.findings import Finding
from cli.accept.report import Report
from cli.text import clean

ACCOUNT_WIDE = ("snapshot_quota", "deleted_cluster_snapshots")
"""Knobs of the whole account, at the top of a fleet file."""


def to_knob_file(report: Report) -> str:
    """The file's text; readings that local AWS cannot show are comments in it."""
    settings, notes = knobs(report.findings)
    top = {name: settings.pop(name) for name in ACCOUNT_WIDE if name in settings}
    document: dict[str, Any] = {
        "description": f"Account {report.account} in {report.region}, acceptance run {report.run}.",
        **top,
        "defaults": {"knobs": settings},
        "clusters": [],
    }
    text = yaml.safe_dump(document, sort_keys=False, width=110)
    return "".join(f"# {clean(note)}\n" for note in notes) + text


def knobs(findings: Iterable[Finding]) -> tuple[dict[str, Any], list[str]]:
    """The knobs that the readings set, and a sentence for each reading that no knob can show."""
    settings: dict[str, Any] = {}
    notes = []
    for finding in findings:
        if not finding.values or not finding.fact.has_knob:
            continue
        lengths = [each for each in finding.values if isinstance(each, timedelta)]
        if lengths:
            settings[finding.fact.id] = duration(min(lengths), max(lengths))
        elif len(finding.settings) == 1 and finding.fact.can_be_set_to(finding.settings[0]):
            settings[finding.fact.id] = _plain(finding.settings[0])
        else:
            seen = ", ".join(str(each) for each in finding.settings)
            notes.append(f"{finding.fact.id}: local AWS cannot show what was seen ({seen})")
    return settings, notes


def duration(shortest: timedelta, longest: timedelta) -> str:
    """One length, or a range, in the words of a fleet file."""
    low, high = int(shortest.total_seconds()), math.ceil(longest.total_seconds())
    return f"{low} to {high} seconds" if low < high else f"{high} seconds"


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
