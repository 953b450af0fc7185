"""The demo compares each run with the fleet file, cluster by cluster."""

from __future__ import annotations

from typing import Any

import pytest

from cli.demo.verdict import judge_run
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


def failures(lines: list[dict[str, Any]], other: dict[str, str] | None = None) -> list[str]:
    ended = judge_run(parse_fleet(FLEET), "rotate-keys", {"clusters": lines}, other or {})
    return [each.failure for each in ended if each.failure]


def test_expected_outcome_and_reason_pass() -> None:
    assert failures(RIGHT) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (RIGHT[:1], "missing from the report"),
        ([line("orders", "failed"), RIGHT[1]], "expected rotated, got failed: because"),
        ([RIGHT[0], line("archive", "skipped")], 'expected "paused" in the reason, got: because'),
    ],
)
def test_anything_else_is_named(lines: list[dict[str, Any]], sentence: str) -> None:
    assert failures(lines) == [sentence]


def test_other_failures_count_for_every_cluster_expected_or_not() -> None:
    assert failures(RIGHT, {"orders": "twice", "unnamed": "twice"}) == ["twice", "twice"]


def test_a_workflow_without_expectations_judges_nobody() -> None:
    assert judge_run(parse_fleet(FLEET), "sync-roles", {"clusters": RIGHT}, {}) == []


def test_a_run_without_a_report_fails_every_cluster_with_an_expectation() -> None:
    assert failures([]) == ["missing from the report"] * 2
