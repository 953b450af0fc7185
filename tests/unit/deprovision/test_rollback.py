"""After a stop everything is put back as it was, and what cannot be is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.call_budget import LONGEST_OUTAGE, pause_after
from steward.domain.deprovision.copies import COPY_TAG
from steward.domain.deprovision.moves import Call, Control, Fact, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.progress import Waiting
from steward.domain.deprovision.rollback import open_ends
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    FRESH,
    GONE,
    HOUR,
    MADE,
    PAUSED,
    RESTORED,
    STOPPED,
    TESTED,
    WHY,
    cluster_with,
    copy_with,
    details,
    final,
    open_delete,
    power,
    progress,
    situation,
    summary,
    tallied,
)
from tests.support.facts import NOW


@pytest.mark.parametrize(
    ("observed", "done", "expected"),
    [
        ({}, {}, (Call.UNTAG, "untag")),
        ({}, {"given_up": ("tag",)}, (Control.END, "rejected", Outcome.REJECTED)),
        ({"details": details()}, {}, (Control.END, "rejected", Outcome.REJECTED)),
        ({"details": None}, {"power": power("pause")}, (Control.AGAIN, "unseen")),
        (
            cluster_with(status="deleting"),
            {"power": power("pause")},
            (Control.END, "rejected", Outcome.REJECTED),
        ),
        (
            cluster_with(status="rotating-keys", availability="Modifying"),
            {},
            (Wait.UNTIL_ROTATED, "rotating"),
        ),
        (
            cluster_with(namespace_arn="other"),
            {"power": power("pause")},
            (Control.AGAIN, "unseen"),
        ),
        ({"details": details(**PAUSED)}, {"power": power("pause")}, (Call.RESUME, "resume")),
        (
            {"details": details(**PAUSED)},
            {"power": power("resume", FRESH)},
            (Wait.UNTIL_RESUMED, "resuming"),
        ),
        (
            {"details": details(status="pausing")},
            {"power": power("pause")},
            (Wait.UNTIL_PAUSED, "pausing"),
        ),
        (
            {"details": details(status="resuming")},
            {"power": power("resume")},
            (Wait.UNTIL_RESUMED, "resuming"),
        ),
        (
            {"details": details(status="modifying")},
            {"power": power("resume")},
            (Control.END, "rejected", Outcome.REJECTED),
        ),
        ({"details": details()}, {"power": power("pause", FRESH)}, (Control.AGAIN, "pause")),
        ({"details": details()}, {"power": power("resume")}, (Control.END, "rejected", Outcome.REJECTED)),
        ({"details": details()}, {"power": power("resume", was_paused=True)}, (Call.PAUSE, "pause")),
        (
            {"details": details()},
            {"power": power("pause", FRESH, was_paused=True)},
            (Wait.UNTIL_PAUSED, "pausing"),
        ),
        (
            {"details": details(**PAUSED)},
            {"power": power("resume", FRESH, was_paused=True)},
            (Control.AGAIN, "resume"),
        ),
        (
            {"details": details(**PAUSED)},
            {"power": power("resume", was_paused=True)},
            (Control.END, "rejected", Outcome.REJECTED),
        ),
        ({"details": details()} | copy_with(), MADE, (Call.TAG_COPY, "tag_copy")),
        (
            {"details": details()} | copy_with(identifier="sales"),
            MADE,
            (Control.END, "rejected", Outcome.REJECTED),
        ),
        ({"details": details()}, {"copy": Copy(NOW - HOUR, NOW - FRESH)}, (Control.AGAIN, "restore")),
        ({"details": details()}, MADE, (Fact.COPY_REMOVED, "copy_removed")),
    ],
)
def test_on_the_way_back_everything_is_put_as_it_was(
    observed: dict[str, Any], done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(situation(observed=observed, done={**STOPPED, **done}))) == expected


def test_what_is_done_again_and_again_without_effect_has_an_end() -> None:
    untagged = situation(observed={"details": details()}, done=tallied("tag"))
    stuck = copy_with(tags={COPY_TAG: "run"})

    assert summary(next_move(untagged)) == (Fact.STOPPED, "tag", Outcome.FAILED)
    busy = STOPPED | tallied("untag", LONGEST_OUTAGE, rolling_back=True)
    assert summary(next_move(situation(done=busy))) == (Fact.GIVEN_UP, "untag")
    removing = situation(TESTED, stuck, RESTORED | tallied("remove_copy"))
    assert summary(next_move(removing)) == (Fact.STOPPED, "remove_copy", Outcome.FAILED)
    removed = tallied("remove_copy", LONGEST_OUTAGE, rolling_back=True)
    returning = situation(TESTED, stuck, STOPPED | RESTORED | removed)
    assert (next_move(returning).move, next_move(returning).part) == (Fact.GIVEN_UP, "copy")
    untaggable = situation(
        observed=GONE | final(tags={}), done={"delete": open_delete()} | tallied("tag_final")
    )
    assert (next_move(untaggable).move, next_move(untaggable).part) == (Fact.GIVEN_UP, "final_tags")


RESIZING = {"status": "resizing", "availability": "Modifying"}
MODIFYING = {"status": "modifying", "availability": "Modifying"}
BROKEN = {"status": "hardware-failure", "availability": "Failed"}
SLEPT = power("resume", was_paused=True)
TWO_WEEKS_BUSY = {"waiting": Waiting("not_ready", NOW - LONGEST_OUTAGE)}


@pytest.mark.parametrize(
    ("cluster", "done", "expected"),
    [
        (RESIZING, {"power": SLEPT}, (Control.AGAIN, "not_ready")),
        (RESIZING, {"power": SLEPT} | TWO_WEEKS_BUSY, (Fact.GIVEN_UP, "not_ready")),
        (MODIFYING, {"power": power("pause")}, (Control.AGAIN, "not_ready")),
        (RESIZING, {"power": power("pause")}, (Control.END, "rejected", Outcome.REJECTED)),
        (BROKEN, {"power": power("pause")}, (Control.END, "rejected", Outcome.REJECTED)),
        (BROKEN, {"power": SLEPT}, (Fact.GIVEN_UP, "not_ready")),
    ],
)
def test_on_the_way_back_a_busy_cluster_is_waited_for_as_long_as_an_outage(
    cluster: dict[str, Any], done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    step = next_move(situation(observed={"details": details(**cluster)}, done={**STOPPED, **done}))

    assert summary(step) == expected
    assert step.move is not Fact.GIVEN_UP or f"its status is {cluster['status']}" in step.reason


def test_the_pauses_of_that_wait_grow_to_an_hour() -> None:
    waited = {"waiting": Waiting("not_ready", NOW - 10 * HOUR)}
    busy = situation(observed={"details": details(**RESIZING)}, done={**STOPPED, "power": SLEPT} | waited)
    onward = progress(**tallied("untag"))
    back = progress(**STOPPED, **tallied("untag", 10 * HOUR, rolling_back=True))

    assert next_move(busy).seconds == 3600
    assert pause_after(back, Call.UNTAG, CallResult(CallOutcome.BUSY), NOW) == 3600
    assert pause_after(onward, Call.UNTAG, CallResult(CallOutcome.BUSY), NOW) == 0


def test_a_cluster_that_somebody_resumed_stays_as_they_want_it() -> None:
    why = replace(WHY, code="resumed", outcome=Outcome.STILL_WANTED)
    paused = {"stopping": why, "power": power("pause", was_paused=True)}

    assert next_move(situation(observed={"details": details()}, done=paused)).move is Control.END


def test_what_a_run_that_could_not_even_go_back_leaves_open_is_told() -> None:
    at = format_moment(NOW)

    assert open_ends({}) == ""
    assert open_ends({"power": {"last": "resume", "at": at}}).endswith("it may still be running")
    assert open_ends(tallied("tag")).endswith("it may still have the tag steward:deletion-approved")
    assert open_ends({"copy": {"called_at": at}}).endswith("copy of its restore test may still be there")
    assert (
        open_ends({"power": {"last": "pause", "at": at}})
        == "; this run paused it, and it may still be paused"
    )
    called_now = {"called_at": at, "asked_at": at, "final_snapshot": "sales-final-run"}
    assert open_ends({"delete": called_now}).endswith("look for its final snapshot sales-final-run")
