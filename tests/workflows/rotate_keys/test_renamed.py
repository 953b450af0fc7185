"""A cluster that was resumed for its rotation and is then renamed is paused again under its new name."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

WAKE = {"paused": "wake"}
KNOBS = {"resume_duration": "2 minutes", "pause_duration": "4 minutes", "rotate_duration": "3 minutes"}
NEW = "archive-kept"
RESUMING, ROTATING, PAUSING = 1, 4, 8
"""Minutes after the run's start."""


def asleep(**fields: Any) -> dict[str, Any]:
    return cluster("archive", status="paused", knobs=KNOBS, **fields)


def test_one_that_is_renamed_before_its_rotation_is_not_rotated_and_paused_again(steward: Steward) -> None:
    steward.given([asleep()], policy=WAKE)
    steward.meanwhile(partial(steward.rename, "archive", NEW), minutes=RESUMING)

    result = steward.run_again()

    assert (result.outcome("archive"), result.line("archive")["code"]) == ("refused", "renamed")
    assert f"was renamed to {NEW} before its keys were rotated" in result.reason("archive")
    assert f"it was paused again under its new name, {NEW}" in result.reason("archive")
    assert result.changes() == ["ResumeCluster", "PauseCluster"]
    assert result.statuses == {NEW: "paused"}
    assert result.locks == {}


@pytest.mark.parametrize("minutes", [ROTATING, PAUSING])
def test_one_that_is_renamed_during_its_rotation_or_pause_is_rotated_once_and_paused_again(
    steward: Steward, minutes: int
) -> None:
    steward.given([asleep()], policy=WAKE)
    steward.meanwhile(partial(steward.rename, "archive", NEW), minutes=minutes)

    result = steward.run_again()

    assert result.outcome("archive") == "rotated"
    assert f"it was paused again under its new name, {NEW}" in result.reason("archive")
    assert result.tagged_at(NEW) is not None
    assert result.statuses == {NEW: "paused"}
    assert result.turns == {NEW: 1}
    assert result.locks == {}


def test_one_that_is_deleted_after_it_was_resumed_is_gone_and_nothing_else_is_paused(
    steward: Steward,
) -> None:
    steward.given([asleep(), cluster("sales")], policy=WAKE)
    steward.meanwhile(partial(steward.delete, "archive"), minutes=RESUMING)

    result = steward.run_again()

    assert result.outcomes == {"archive": "gone", "sales": "rotated"}
    assert result.attempts("PauseCluster") == []
    assert len(steward.runs()) == 1
    assert result.locks == {}


def test_one_that_does_not_say_which_it_is_is_left_to_people_who_are_told_what_to_do(
    steward: Steward,
) -> None:
    def hide_and_rename() -> None:
        steward.rename("archive", NEW)
        hidden = steward.find(NEW)
        hidden.knobs = replace(hidden.knobs, namespace_arn_missing_while=("resuming", "available"))

    steward.given([asleep()], policy=WAKE)
    steward.meanwhile(hide_and_rename, minutes=RESUMING)

    result = steward.run_again()

    assert result.outcome("archive") == "gone"
    assert result.reason("archive").endswith("may be this one, renamed: pause that again")
    assert result.attempts("PauseCluster") == []
    assert result.locks == {}


def test_one_that_was_not_resumed_is_not_looked_for(steward: Steward) -> None:
    steward.given([cluster("archive")])
    steward.meanwhile(partial(steward.rename, "archive", NEW), minutes=1)

    result = steward.run_again()

    assert result.outcome("archive") == "gone"
    assert result.changes() == ["RotateEncryptionKey"]


def test_a_cluster_that_takes_the_name_of_a_rotated_one_is_not_tagged_instead(steward: Steward) -> None:
    out = {"fault": "error", "call": "CreateTags", "code": "ServiceUnavailable"}
    steward.given([cluster("sales", faults=[out]), cluster("green", tags={"steward:exclude": "for now"})])

    def swap() -> None:
        steward.rename("sales", "sales-old")
        steward.rename("green", "sales")
        steward.find("sales").tags.clear()

    steward.meanwhile(swap, hours=2)
    steward.meanwhile(steward.end_faults, hours=3)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert "was written under its new name, sales-old" in result.line("sales")["note"]
    assert result.tagged_at("sales-old") is not None
    assert result.tagged_at("sales") is None
    assert result.locks == {}


def test_no_cluster_is_tagged_when_the_rotated_one_is_gone(steward: Steward) -> None:
    out = {"fault": "error", "call": "CreateTags", "code": "ServiceUnavailable"}
    steward.given([cluster("sales", faults=[out])])
    steward.meanwhile(partial(steward.delete, "sales"), hours=2)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert "sales is no longer the cluster that was rotated" in result.line("sales")["note"]
    assert "CreateTags" not in result.changes()
