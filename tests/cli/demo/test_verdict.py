"""When the demo may say that all is well: it is held against the fleet file, cluster by cluster."""

from __future__ import annotations

from typing import Any

import pytest

from cli.demo.verdict import judge
from local.fleet import parse_fleet

FLEET = """
clusters:
  - identifier: orders
    situation: due
    expect: { rotate-keys: { outcome: rotated } }
  - identifier: archive
    situation: paused
    expect: { rotate-keys: { outcome: skipped, reason_contains: paused } }
  - identifier: unnamed
    situation: nobody expects anything of it
"""


def line(cluster: str, outcome: str, reason: str = "because") -> dict[str, Any]:
    return {"cluster": cluster, "outcome": outcome, "reason": reason}


RIGHT = [line("orders", "rotated"), line("archive", "skipped", "is paused"), line("unnamed", "rotated")]


def wrong(lines: list[dict[str, Any]], wrongs: dict[str, str] | None = None) -> list[str]:
    ended = judge(parse_fleet(FLEET), "rotate-keys", {"clusters": lines}, wrongs or {})
    return [each.wrong for each in ended if each.wrong]


def test_all_is_well_when_outcome_and_reason_are_as_they_must_be() -> None:
    assert wrong(RIGHT) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (RIGHT[:1], "is not in the report"),
        ([line("orders", "failed"), RIGHT[1]], "must end rotated, but ended failed: because"),
        ([RIGHT[0], line("archive", "skipped")], 'the reason must speak of "paused", but is: because'),
    ],
)
def test_anything_else_is_named(lines: list[dict[str, Any]], sentence: str) -> None:
    assert wrong(lines) == [sentence]


def test_what_was_counted_wrong_counts_for_every_cluster_expected_or_not() -> None:
    assert wrong(RIGHT, {"orders": "twice", "unnamed": "twice"}) == ["twice", "twice"]


def test_a_workflow_without_expectations_judges_nobody() -> None:
    assert judge(parse_fleet(FLEET), "sync-roles", {"clusters": RIGHT}, {}) == []


def test_a_run_without_a_report_is_wrong_for_every_cluster_that_something_is_expected_of() -> None:
    assert wrong([]) == ["is not in the report"] * 2
