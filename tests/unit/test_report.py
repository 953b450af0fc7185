"""The report names every selected cluster with its outcome and the reason for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.domain.operation import Outcome
from steward.domain.report import (
    DONE,
    NOT_REACHED,
    PLANNED,
    REFUSED,
    STOPPED,
    after_recovery,
    cluster_line,
    headline,
    run_seconds,
    scheduled_moment,
)
from tests.support.facts import KEY, NOW, operation


def verdict(action: str, code: str = "a_code", reason: str = "a reason") -> dict[str, Any]:
    about = {"cluster": "analytics", "wave": "main", "status": "available (Available)"}
    return about | {"about": {"kms_key": KEY}} | {"action": action, "code": code, "reason": reason}


def lines(*outcomes: Outcome) -> list[dict[str, str]]:
    return [{"outcome": outcome.value} for outcome in outcomes]


def test_a_line_says_which_cluster_in_which_wave_on_which_key() -> None:
    line = cluster_line(verdict("skip"), None, would=None)
    assert (line["cluster"], line["wave"], line["kms_key"]) == ("analytics", "main", KEY)


@pytest.mark.parametrize(("status", "cause"), [(STOPPED, "somebody stopped the execution"), (DONE, "")])
def test_what_a_recovery_has_made_of_a_cluster_counts_in_the_headline_too(status: str, cause: str) -> None:
    before = [
        {"cluster": "sales", "outcome": "not_reached", "code": "interrupted"},
        {"cluster": "stock", "outcome": "skipped", "code": "not_due"},
    ]
    document = {
        "workflow": "rotate-keys",
        "run": "run-1",
        "input": {},
        "status": status,
        "headline": headline(before, status, cause),
        "clusters": before,
    }
    rotated = {"cluster": "sales", "outcome": "rotated", "code": "due", "recovered_by": "run-2"}

    after = after_recovery(document, {"sales": rotated})

    assert after["clusters"] == [rotated, before[1]]
    assert after["headline"] == headline(after["clusters"], status, cause)
    assert "1 rotated, 1 skipped" in after["headline"]
    assert after["retry"] == ""
    assert document["clusters"] == before


@pytest.mark.parametrize("would", [None, Outcome.WOULD_ROTATE])
@pytest.mark.parametrize(("action", "outcome"), [("skip", "skipped"), ("refuse", "refused")])
def test_a_cluster_that_is_left_alone_has_the_plans_reason(
    action: str, outcome: str, would: Outcome | None
) -> None:
    line = cluster_line(verdict(action), None, would=would)
    assert (line["outcome"], line["code"], line["reason"]) == (outcome, "a_code", "a reason")


def test_a_dry_run_says_that_it_would_rotate_and_why() -> None:
    line = cluster_line(verdict("act", "due", "its keys are old"), None, would=Outcome.WOULD_ROTATE)
    assert (line["outcome"], line["code"], line["reason"]) == ("would_rotate", "due", "its keys are old")


def test_a_cluster_that_the_run_never_came_to_is_said_to_be_not_reached() -> None:
    line = cluster_line(verdict("act"), None, would=None)
    assert (line["outcome"], line["code"], line["reason"]) == ("not_reached", "not_reached", NOT_REACHED)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_was_done_counts_more_than_what_was_planned(outcome: Outcome) -> None:
    done = operation(outcome=outcome.value, code="done", reason="what happened")
    line = cluster_line(verdict("act", "due", "its keys are old"), done, would=None)
    assert (line["outcome"], line["code"], line["reason"]) == (outcome.value, "done", "what happened")


def test_an_operation_without_an_end_was_interrupted_at_its_step() -> None:
    line = cluster_line(verdict("act"), operation(step="rotating", begun_at=NOW), would=None)
    assert (line["outcome"], line["code"]) == ("not_reached", "interrupted")
    assert line["reason"] == "the run ended while it was at step rotating; the next run picks it up"
    assert "seconds" not in line


def test_a_rotation_is_timed_with_its_polls_and_how_late_its_end_may_have_been_seen() -> None:
    done = operation(
        outcome="rotated",
        begun_at=NOW,
        ended_at=NOW + timedelta(minutes=31),
        polls=6,
        overshoot_seconds=120,
    )
    line = cluster_line(verdict("act"), done, would=None)
    assert (line["seconds"], line["polls"], line["overshoot_seconds"]) == (1860, 6, 120)
    assert line["begun_at"] == "2026-11-21T21:00:00+00:00"
    assert line["ended_at"] == "2026-11-21T21:31:00+00:00"


def test_the_headline_counts_what_became_of_the_clusters() -> None:
    told = headline(lines(Outcome.SKIPPED, Outcome.ROTATED, Outcome.ROTATED, Outcome.TIMED_OUT), DONE, "")
    assert told == "4 clusters selected: 2 rotated, 1 skipped, 1 timed out"


def test_one_cluster_is_not_clusters() -> None:
    assert headline(lines(Outcome.ROTATED), DONE, "") == "1 cluster selected: 1 rotated"


def test_nothing_selected_is_said_as_that() -> None:
    assert headline([], DONE, "") == "0 clusters selected"


def test_a_dry_run_begins_with_saying_so() -> None:
    told = headline(lines(Outcome.WOULD_ROTATE), PLANNED, "")
    assert told == "Dry run, nothing was touched. 1 cluster selected: 1 would rotate"


@pytest.mark.parametrize("status", [STOPPED, REFUSED])
def test_a_run_that_did_not_go_through_says_why_first(status: str) -> None:
    told = headline(lines(Outcome.NOT_REACHED), status, "the canary failed")
    assert told == f"The run was {status}: the canary failed (1 cluster selected: 1 not reached)"


def test_a_run_is_timed_from_the_start_of_its_execution() -> None:
    assert run_seconds("2026-11-21T20:58:30.400Z", NOW) == 90


@pytest.mark.parametrize(
    ("status", "asked", "moment"),
    [
        ("done", {"scheduled_at": "2026-11-21T21:00:00Z"}, "2026-11-21T21:00:00Z"),
        ("planned", {"scheduled_at": "2026-11-21T21:00:00Z"}, "2026-11-21T21:00:00Z"),
        ("stopped", {"scheduled_at": "2026-11-21T21:00:00Z"}, ""),
        ("done", {}, ""),
        ("refused", "no object", ""),
    ],
)
def test_only_a_run_that_went_well_fulfils_its_moment_of_the_schedule(
    status: str, asked: Any, moment: str
) -> None:
    assert scheduled_moment({"status": status, "input": asked}) == moment


@pytest.mark.parametrize(
    ("recovery", "told"), [("run-1-recovery", "; run-1-recovery pauses it again"), ("", ": pause it again")]
)
def test_a_cluster_that_is_still_to_be_paused_again_is_reported_as_running(recovery: str, told: str) -> None:
    done = operation(outcome="rotated", reason="rotated in 4 minutes", resumed=True)

    line = cluster_line(verdict("act"), done, would=None, recovery=recovery)

    assert line["reason"] == f"rotated in 4 minutes; it was paused before this run and is left running{told}"
