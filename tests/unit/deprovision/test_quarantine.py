"""Stage quarantine: the cluster is paused, and whoever resumes or uses it keeps it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, RequestTask, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.permit import objections
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.progress import Stopping, Waiting
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.quarantine import Power, first_watched_from
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import SETTLE
from tests.support.deprovision_facts import (
    DAY,
    HOUR,
    MINUTE,
    details,
    power,
    situation,
)
from tests.support.facts import NOW

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from steward.domain.deprovision.situation import Situation

from tests.support.deprovision_facts import FRESH, PAUSED, READY, summary


def test_a_cluster_that_was_resumed_and_paused_again_between_two_looks_is_still_wanted() -> None:
    found = quarantined(HOUR, PAUSED)
    found = replace(found, observed=replace(found.observed, resumed_by="eve resumed it at noon"))

    step = next_move(found)

    assert summary(step) == (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)
    assert step.reason == "is still wanted, its status is paused (Unavailable): eve resumed it at noon"


def quarantined(since: timedelta | None, cluster: dict[str, Any], **done: Any) -> Situation:
    """A cluster in the middle of a quarantine of two days."""
    began = {"quarantined_since": NOW - since} if since is not None else {}
    found = situation({"quarantine_seconds": 2 * 86400}, done={**began, **done})
    tags = {APPROVED_TAG: found.plan_hash}
    return replace(found, observed=replace(found.observed, details=details(tags=tags, **cluster)))


@pytest.mark.parametrize(
    ("since", "cluster", "done", "expected"),
    [
        (None, READY, {}, (Call.PAUSE, "pause")),
        (None, READY, {"power": power("pause", FRESH)}, (Wait.UNTIL_PAUSED, "pausing")),
        (None, READY, {"power": power("pause")}, (Call.PAUSE, "pause")),
        (None, PAUSED, {}, (Fact.QUARANTINE_BEGUN, "quarantine")),
        (HOUR, PAUSED, {}, (RequestTask.HOLD, "quarantine")),
        (2 * DAY, PAUSED, {}, (Delegate.DELETE, "delete")),
        (HOUR, READY, {}, (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)),
        (HOUR, READY, {"power": power("resume", DAY)}, (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)),
        (HOUR, {"status": "resuming"}, {}, (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)),
        (HOUR, {"status": "never-heard-of"}, {}, (Control.AGAIN, "not_ready")),
        (3 * DAY, READY, {"power": power("resume", HOUR)}, (Delegate.DELETE, "delete")),
        (3 * DAY, PAUSED, {"delete": Delete(refused_paused=True)}, (Call.RESUME, "resume")),
    ],
)
def test_in_quarantine_it_sleeps_and_whoever_resumes_it_keeps_it(
    since: timedelta | None, cluster: dict[str, Any], done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(quarantined(since, cluster, **done))) == expected


def test_in_quarantine_it_is_looked_at_each_day_and_at_the_end() -> None:
    assert next_move(quarantined(HOUR, PAUSED)).seconds == 86400
    assert next_move(quarantined(2 * DAY - HOUR, PAUSED)).seconds == 3600


def test_who_resumed_it_is_told_if_cloudtrail_knows() -> None:
    nobody = quarantined(HOUR, READY)
    known = replace(nobody, observed=replace(nobody.observed, resumed_by="eve resumed it"))

    assert "CloudTrail does not say who" in next_move(nobody).reason
    assert next_move(known).reason == "is still wanted, its status is available (Available): eve resumed it"


def test_use_found_in_quarantine_means_still_wanted() -> None:
    found = quarantined(HOUR, PAUSED)
    used = Inspection((Blocker("in_use", "was used"),))

    step = next_move(replace(found, observed=replace(found.observed, inspection=used)))

    assert summary(step) == (Fact.STOPPED, "in_use", Outcome.STILL_WANTED)


def unread(since: timedelta | None, cluster: dict[str, Any], **done: Any) -> Situation:
    """CloudTrail cannot be read."""
    found = quarantined(since, cluster, **done)
    return replace(found, observed=replace(found.observed, resumed_by=None))


def test_while_the_quarantine_lasts_a_silent_cloudtrail_is_asked_again_at_the_next_look() -> None:
    assert summary(next_move(unread(HOUR, PAUSED))) == (RequestTask.HOLD, "quarantine")


@pytest.mark.parametrize("cluster", [PAUSED, READY])
def test_after_the_quarantine_nothing_is_deleted_as_long_as_cloudtrail_is_silent(
    cluster: dict[str, Any],
) -> None:
    done = {"power": power("resume", HOUR)} if cluster is READY else {}

    step = next_move(unread(3 * DAY, cluster, **done))

    assert summary(step) == (Control.AGAIN, "quarantine_unseen")
    assert step.seconds == 15


def test_a_cloudtrail_that_stays_silent_ends_the_deletion_and_the_cluster_is_put_back() -> None:
    before = unread(3 * DAY, PAUSED, waiting=Waiting("quarantine_unseen", NOW - 11 * HOUR))
    after = unread(3 * DAY, PAUSED, waiting=Waiting("quarantine_unseen", NOW - 12 * HOUR))

    assert (next_move(before).move, next_move(before).seconds) == (Control.AGAIN, 3600)
    assert summary(next_move(after)) == (Fact.STOPPED, "quarantine_unseen", Outcome.REFUSED)


def test_a_cluster_that_runs_although_nobody_of_this_run_resumed_it_is_still_wanted_without_cloudtrail() -> (
    None
):
    assert summary(next_move(unread(HOUR, READY))) == (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)


def found_paused(**done: Any) -> Situation:
    """Approved three hours ago, and paused, though not by this run."""
    found = quarantined(None, PAUSED, **done)
    approved = replace(found.observed.consent, given_at=NOW - 3 * HOUR)  # type: ignore[type-var]  # there is one
    return replace(found, observed=replace(found.observed, consent=approved))


@pytest.mark.parametrize(
    ("found", "since"),
    [
        (quarantined(None, READY), NOW),
        (quarantined(None, READY, quarantine={"watched_from": format_moment(NOW - HOUR)}), NOW - HOUR),
        (quarantined(HOUR, PAUSED), NOW - HOUR),
        (found_paused(), NOW - 3 * HOUR),
        (found_paused(power=power("resume", 4 * HOUR)), NOW - 3 * HOUR),
        (found_paused(power=power("resume", HOUR)), NOW - HOUR + SETTLE),
        (replace(found_paused(), observed=replace(found_paused().observed, consent=None)), NOW),
    ],
)
def test_a_resume_counts_from_the_first_pause_or_from_the_consent_to_delete_a_paused_cluster(
    found: Situation, since: datetime
) -> None:
    assert first_watched_from(found) == since


def test_before_its_quarantine_has_begun_whoever_resumes_it_keeps_it_too() -> None:
    found = quarantined(None, READY, power=power("pause"))
    known = replace(found, observed=replace(found.observed, resumed_by="eve resumed it"))

    assert summary(next_move(known)) == (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)
    assert summary(next_move(unread(None, READY))) == (Call.PAUSE, "pause")


@pytest.mark.parametrize(
    ("ago", "accepted", "expected"),
    [
        (5 * MINUTE, 1, (Control.AGAIN, "pause")),
        (16 * MINUTE, 1, (Call.PAUSE, "pause")),
        (16 * MINUTE, 5, (Call.PAUSE, "pause")),
        (5 * MINUTE, 6, (Control.AGAIN, "pause")),
        (16 * MINUTE, 6, (Fact.STOPPED, "resumed", Outcome.STILL_WANTED)),
    ],
)
def test_before_it_is_paused_again_cloudtrail_has_the_time_to_say_who_resumed_it(
    ago: timedelta, accepted: int, expected: tuple[Any, ...]
) -> None:
    done = {"tally": {"pause": {"count": 9, "accepted": accepted, "answer": "accepted"}}}
    found = quarantined(None, READY, power=power("pause", ago), **done)

    assert summary(next_move(found)) == expected


@pytest.mark.parametrize(
    ("cluster", "last", "expected"),
    [
        (PAUSED, power("pause", HOUR), Call.RESUME),
        (PAUSED, power("pause", HOUR, was_paused=True), Call.RESUME),
        (PAUSED, power("pause", 3 * HOUR), Control.END),
        (READY, power("pause", HOUR), Control.END),
        ({"status": "pausing"}, power("pause", HOUR), Wait.UNTIL_PAUSED),
        (PAUSED, power("resume", FRESH), Control.END),
    ],
)
def test_what_this_run_paused_after_somebody_had_resumed_it_is_resumed_for_them(
    cluster: dict[str, Any], last: Power, expected: object
) -> None:
    why = {"stopping": Stopping(Outcome.STILL_WANTED, "resumed", "eve resumed it")}
    resumed = {"quarantine": {"resumed_at": format_moment(NOW - 2 * HOUR)}}
    found = quarantined(None, cluster, power=last, **why, **resumed)
    untagged = replace(found, observed=replace(found.observed, details=details(**cluster)))

    assert next_move(untagged).move is expected


def test_the_permit_itself_refuses_what_somebody_resumed() -> None:
    found = quarantined(3 * DAY, PAUSED)

    assert "eve resumed it" in list(
        objections(replace(found, observed=replace(found.observed, resumed_by="eve resumed it")))
    )


def test_the_permit_itself_takes_a_silent_cloudtrail_for_no_proof() -> None:
    objection = "it is unknown whether somebody resumed it in quarantine"

    assert objection in list(objections(unread(3 * DAY, PAUSED)))
    assert objection not in list(objections(quarantined(3 * DAY, PAUSED)))
    assert objection not in list(objections(unread_without_quarantine()))


def unread_without_quarantine() -> Situation:
    found = situation()
    return replace(found, observed=replace(found.observed, resumed_by=None))
