"""When the demo may say that all is well: it is held against the fleet file, cluster by cluster."""

from __future__ import annotations

from typing import Any

import pytest

from cli.verdict import judge
from local.fleet import parse_fleet

FLEET = """
clusters:
  - identifier: orders
    situation: due
    expect: { rotate-keys: { outcome: rotated } }
  - identifier: archive
    situation: paused
    expect: { rotate-keys: { outcome: skipped, reason_contains: paused } }
"""


def line(cluster: str, outcome: str, reason: str = "") -> dict[str, Any]:
    return {"cluster": cluster, "outcome": outcome, "reason": reason}


RIGHT = [line("orders", "rotated"), line("archive", "skipped", "is paused")]


def wrong(lines: list[dict[str, Any]], after: dict[str, int]) -> list[str]:
    before = {"orders": 1, "archive": 1}
    return [e.wrong for e in judge(parse_fleet(FLEET), {"clusters": lines}, before, after) if e.wrong]


def test_all_is_well_when_outcome_reason_and_number_of_rotations_are_as_they_must_be() -> None:
    assert wrong(RIGHT, {"orders": 2, "archive": 1}) == []


@pytest.mark.parametrize(
    ("lines", "after", "sentence"),
    [
        (RIGHT, {"orders": 3, "archive": 1}, "its keys were rotated 2 times"),
        (RIGHT, {"orders": 1, "archive": 1}, "its keys were rotated 0 times"),
        (RIGHT, {"orders": 2, "archive": 2}, "its keys were rotated 1 times"),
        (RIGHT[:1], {"orders": 2, "archive": 1}, "is not in the report"),
        ([line("orders", "failed"), RIGHT[1]], {"orders": 1, "archive": 1}, "must end rotated"),
        (
            [RIGHT[0], line("archive", "skipped", "because")],
            {"orders": 2, "archive": 1},
            'the reason must speak of "paused"',
        ),
    ],
)
def test_anything_else_is_named(lines: list[dict[str, Any]], after: dict[str, int], sentence: str) -> None:
    assert wrong(lines, after) == [sentence]


def test_a_run_without_a_report_is_wrong_for_every_cluster() -> None:
    counted = {"orders": 1, "archive": 1}
    ended = judge(parse_fleet(FLEET), None, counted, counted)
    assert [e.wrong for e in ended] == ["is not in the report"] * 2
