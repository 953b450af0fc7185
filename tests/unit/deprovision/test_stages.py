"""The next move with a cluster that is to go: what is missing, what ends it, what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.copies import COPY_TAG, copy_name
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, NextMove, Question, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import on_error, on_refused_call
from steward.domain.deprovision.permit import NotPermitted, Permit, permit_for
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.progress import Progress, Waiting
from steward.domain.deprovision.rollback import left_open
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.final_snapshot import TAGS
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.key_rotation import Rotation, require_rotation
from steward.domain.deprovision.stages.quarantine import Power, quarantined_since
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    DAY,
    GUARDED,
    HASH,
    HOUR,
    MINUTE,
    PLANNED,
    WHY,
    called,
    consent,
    details,
    power,
    situation,
    snapshot,
)
from tests.support.facts import NAMESPACE, NOW

if TYPE_CHECKING:
    from steward.domain.deprovision.situation import Situation

READY: dict[str, Any] = {}
PAUSED = {"status": "paused", "availability": "Unavailable"}
FRESH = timedelta(seconds=30)


def summary(step: NextMove) -> tuple[Any, ...]:
    return (step.move, step.code) if step.outcome is None else (step.move, step.code, step.outcome)


def observed_cluster(**changes: Any) -> dict[str, Any]:
    """The cluster looks like this now."""
    return {"details": details(tags={APPROVED_TAG: HASH}, **changes)}


def copied(**changes: Any) -> dict[str, Any]:
    """The restore test's copy looks like this now; the cluster as ever."""
    own = {"identifier": copy_name("analytics", "arn"), "created_at": NOW - HOUR, "restore": "completed"}
    return {"copy": details(**{**own, **changes})}


TESTED = {"restore_test": True}
MADE = {"copy": Copy(NOW - HOUR, NOW - HOUR)}
RESTORED = {"copy": Copy(NOW - HOUR, NOW - HOUR, restored=True)}


def test_with_everything_there_the_cluster_is_deleted() -> None:
    assert next_move(situation()).move is Delegate.DELETE


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ({"details": None, "plan": None}, ("gone", Outcome.GONE)),
        (
            observed_cluster(namespace_arn="arn:aws:redshift:eu-central-1:1:namespace:2"),
            ("recreated", Outcome.REFUSED),
        ),
        (observed_cluster(created_at=NOW), ("recreated", Outcome.REFUSED)),
        (observed_cluster(status="deleting", availability="Modifying"), ("leaving", Outcome.REFUSED)),
        ({"consent": consent("rejected", reason="in use")}, ("rejected", Outcome.REJECTED)),
        ({"consent": consent("expired", by="")}, ("expired", Outcome.EXPIRED)),
        ({"consent": consent("cancelled")}, ("cancelled", Outcome.CANCELLED)),
        ({"consent": consent("waiting", expires_at=NOW)}, ("expired", Outcome.EXPIRED)),
        ({"consent": consent(plan_hash="sha256:other")}, ("approval_void", Outcome.REFUSED)),
        ({"plan": {}}, ("changed", Outcome.REFUSED)),
        ({"plan": None}, ("changed", Outcome.REFUSED)),
        ({"inspection": None}, ("not_inspected", Outcome.REFUSED)),
        (
            {"inspection": Inspection((Blocker("lakehouse", "is registered"),))},
            ("lakehouse", Outcome.REFUSED),
        ),
        ({"final": snapshot("final")}, ("name_taken", Outcome.REFUSED)),
        ({"guard": snapshot(cluster="other")}, ("name_taken", Outcome.REFUSED)),
        ({"guard": snapshot(status="failed")}, ("guard_failed", Outcome.FAILED)),
        ({"guard": snapshot(size_mb=0)}, ("guard_unproven", Outcome.FAILED)),
        ({"guard": None}, ("guard_lost", Outcome.FAILED)),
    ],
)
def test_what_ends_the_way_to_the_deletion(observed: dict[str, Any], expected: tuple[str, Outcome]) -> None:
    step = next_move(situation(observed=observed))

    assert summary(step) == (Fact.STOPPED, *expected)
    assert step.reason


def test_a_persons_no_is_told_with_who_and_why() -> None:
    step = next_move(situation(observed={"consent": consent("rejected", reason="in use")}))
    unnamed = next_move(situation(observed={"consent": consent("cancelled", by="")}))

    assert step.reason == "the request was rejected by bob: in use"
    assert unnamed.reason == "the request was cancelled"


def test_nobody_has_been_asked_yet_so_a_person_is_for_as_long_as_the_policy_says() -> None:
    step = next_move(situation(observed={"consent": None}))

    assert (step.move, step.seconds) == (Question.ASK, 3 * 86400)


def test_a_question_that_is_open_is_waited_for_to_its_end() -> None:
    assert (
        next_move(situation(observed={"consent": consent("waiting", expires_at=NOW + HOUR)})).seconds == 3600
    )
    soon = consent("waiting", expires_at=NOW + timedelta(milliseconds=5))
    assert next_move(situation(observed={"consent": soon})).seconds == 1


def test_without_approval_a_request_is_kept_all_the_same_so_that_it_can_be_cancelled() -> None:
    approval = {"required": False, "expires_after_seconds": 60, "approvers": [], "four_eyes": True}

    assert next_move(situation({"approval": approval}, {"consent": None})).move is Question.REGISTER
    assert next_move(situation({"approval": approval})).move is Delegate.DELETE


@pytest.mark.parametrize(
    ("cluster", "done", "expected"),
    [
        ({"status": "rotating-keys", "availability": "Modifying"}, {}, Wait.UNTIL_ROTATED),
        ({"status": "pausing"}, {"power": power("pause")}, Wait.UNTIL_PAUSED),
        ({"status": "pausing"}, {}, Control.AGAIN),
        ({"status": "resuming"}, {"power": power("resume")}, Wait.UNTIL_RESUMED),
        ({"status": "modifying"}, {"power": power("resume")}, Control.AGAIN),
        ({"status": "never-heard-of"}, {}, Control.AGAIN),
        ({"status": "resizing"}, {}, Control.AGAIN),
    ],
)
def test_what_is_under_way_is_waited_for(
    cluster: dict[str, str], done: dict[str, Any], expected: Move
) -> None:
    assert next_move(situation(observed=observed_cluster(**cluster), done=done)).move is expected


def test_patience_with_a_busy_cluster_has_an_end() -> None:
    waited = {"waiting": Waiting("not_ready", NOW - 20 * MINUTE)}
    other = {"waiting": Waiting("snapshot", NOW - 20 * MINUTE)}
    busy = observed_cluster(status="modifying", availability="Modifying")

    assert summary(next_move(situation(observed=busy, done=waited))) == (
        Fact.STOPPED,
        "not_ready",
        Outcome.REFUSED,
    )
    assert next_move(situation(observed=busy, done=other)).move is Control.AGAIN


@pytest.mark.parametrize(
    ("guard", "cluster", "done", "expected"),
    [
        (None, READY, {"guard": Guard()}, Call.SNAPSHOT),
        (None, READY, {"guard": Guard(NOW - FRESH, NOW - FRESH)}, Control.AGAIN),
        (None, READY, {"guard": Guard(NOW - HOUR, NOW - HOUR)}, Call.SNAPSHOT),
        (None, PAUSED, {"guard": Guard()}, Call.RESUME),
        (None, PAUSED, {"guard": Guard(), "power": power("resume", FRESH)}, Wait.UNTIL_RESUMED),
        (None, PAUSED, {"guard": Guard(), "power": power("resume")}, Call.RESUME),
        (snapshot(status="creating"), READY, {}, Wait.UNTIL_SNAPSHOT),
        (snapshot(), READY, {"guard": Guard(NOW - HOUR, NOW - HOUR)}, Fact.GUARD_VERIFIED),
    ],
)
def test_the_guard_snapshot_comes_before_everything_else(
    guard: Any, cluster: dict[str, str], done: dict[str, Any], expected: Move
) -> None:
    assert (
        next_move(situation(observed=observed_cluster(**cluster) | {"guard": guard}, done=done)).move
        is expected
    )


@pytest.mark.parametrize(
    ("copy", "done", "expected"),
    [
        ({}, {}, (Call.RESTORE, "restore")),
        ({}, {"copy": Copy(NOW - HOUR, NOW - FRESH)}, (Control.AGAIN, "restore")),
        ({}, MADE, (Call.RESTORE, "restore")),
        (copied(), {}, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copied(created_at=NOW - DAY), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copied(created_at=None), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copied(identifier="sales"), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copied(restore="failed"), MADE, (Fact.STOPPED, "restore_failed", Outcome.FAILED)),
        (copied(status="incompatible-restore"), MADE, (Fact.STOPPED, "restore_failed", Outcome.FAILED)),
        (copied(status="creating", availability="Modifying"), MADE, (Wait.UNTIL_RESTORED, "restoring")),
        (copied(restore="restoring"), MADE, (Wait.UNTIL_RESTORED, "restoring")),
        (copied(), MADE, (Fact.RESTORED, "restored")),
        (copied(), RESTORED, (Call.TAG_COPY, "tag_copy")),
        (copied(tags={COPY_TAG: "run"}), RESTORED, (Delegate.REMOVE_COPY, "remove_copy")),
        (copied(status="deleting"), RESTORED, (Wait.UNTIL_COPY_GONE, "removing_copy")),
        (copied(status="modifying"), RESTORED, (Wait.UNTIL_RESTORED, "restoring")),
        ({}, RESTORED, (Fact.COPY_REMOVED, "copy_removed")),
        (
            {},
            {"copy": Copy(NOW - HOUR, NOW - HOUR, restored=True, removed=True)},
            (Delegate.DELETE, "delete"),
        ),
    ],
)
def test_the_restore_test_restores_proves_and_removes_its_own_copy(
    copy: dict[str, Any], done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(situation(TESTED, copy, done))) == expected


@pytest.mark.parametrize(
    ("cluster", "rotation", "expected"),
    [
        (READY, Rotation(), Call.ROTATE),
        (PAUSED, Rotation(), Call.RESUME),
        (READY, Rotation(NOW - FRESH), Control.AGAIN),
        (READY, Rotation(NOW - HOUR), Call.ROTATE),
        (READY, Rotation(NOW - FRESH, NOW - FRESH), Wait.UNTIL_ROTATED),
        (READY, Rotation(NOW - HOUR, NOW - HOUR), Fact.ROTATED),
        (READY, Rotation(over=True), Delegate.DELETE),
    ],
)
def test_the_keys_are_rotated_once_before_the_quarantine(
    cluster: dict[str, str], rotation: Rotation, expected: Move
) -> None:
    found = situation({"rotate_first": True}, done={"rotation": rotation})
    tags = {APPROVED_TAG: found.plan_hash}
    found = replace(found, observed=replace(found.observed, details=details(tags=tags, **cluster)))

    assert next_move(found).move is expected


def test_a_cluster_without_encryption_has_no_keys_to_rotate() -> None:
    plain = situation({"rotate_first": True})

    assert require_rotation(replace(plain, planned_cluster=replace(PLANNED, encrypted=False))) is None


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
        (HOUR, PAUSED, {}, (Question.HOLD, "quarantine")),
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


def test_iam_wants_the_tag_of_this_very_approval() -> None:
    assert next_move(situation(observed={"details": details()})).move is Call.TAG
    assert (
        next_move(situation(observed={"details": details(tags={APPROVED_TAG: "sha256:old"})})).move
        is Call.TAG
    )


STOPPED = {"stopping": WHY}


@pytest.mark.parametrize(
    ("observed", "done", "expected"),
    [
        ({}, {}, (Call.UNTAG, "untag")),
        ({}, {"given_up": ("tag",)}, (Control.END, "rejected", Outcome.REJECTED)),
        ({"details": details()}, {}, (Control.END, "rejected", Outcome.REJECTED)),
        ({"details": None}, {"power": power("pause")}, (Control.END, "rejected", Outcome.REJECTED)),
        (
            observed_cluster(status="deleting"),
            {"power": power("pause")},
            (Control.END, "rejected", Outcome.REJECTED),
        ),
        (
            observed_cluster(status="rotating-keys", availability="Modifying"),
            {},
            (Wait.UNTIL_ROTATED, "rotating"),
        ),
        (
            observed_cluster(namespace_arn="other"),
            {"power": power("pause")},
            (Control.END, "rejected", Outcome.REJECTED),
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
        ({"details": details()} | copied(), MADE, (Call.TAG_COPY, "tag_copy")),
        (
            {"details": details()} | copied(identifier="sales"),
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


def waited(code: str) -> dict[str, Any]:
    """The run has waited for this for as long as it is patient."""
    return {"waiting": Waiting(code, NOW - 20 * MINUTE)}


def test_what_is_done_again_and_again_without_effect_has_an_end() -> None:
    untagged = situation(observed={"details": details()}, done=waited("tag"))
    stuck = copied(tags={COPY_TAG: "run"})

    assert summary(next_move(untagged)) == (Fact.STOPPED, "tag", Outcome.FAILED)
    assert summary(next_move(situation(done=STOPPED | waited("untag")))) == (Fact.GIVEN_UP, "untag")
    removing = situation(TESTED, stuck, RESTORED | waited("remove_copy"))
    assert summary(next_move(removing)) == (Fact.STOPPED, "remove_copy", Outcome.FAILED)
    returning = situation(TESTED, stuck, STOPPED | RESTORED | waited("remove_copy"))
    assert (next_move(returning).move, next_move(returning).part) == (Fact.GIVEN_UP, "copy")
    untaggable = situation(observed=GONE | final(tags={}), done={"delete": called()} | waited("tag_final"))
    assert next_move(untaggable).outcome is Outcome.DELETED


def test_a_cluster_that_somebody_resumed_stays_as_they_want_it() -> None:
    why = replace(WHY, code="resumed", outcome=Outcome.STILL_WANTED)
    paused = {"stopping": why, "power": power("pause", was_paused=True)}

    assert next_move(situation(observed={"details": details()}, done=paused)).move is Control.END


GONE = {"details": None, "inspection": None, "plan": None}
OTHER = observed_cluster(namespace_arn="arn:aws:redshift:eu-central-1:1:namespace:2")
FINAL = {"final": snapshot("final", created_at=NOW - 5 * MINUTE)}


def final(**changes: Any) -> dict[str, Any]:
    """The final snapshot looks like this now."""
    return {"final": snapshot("final", created_at=NOW - 5 * MINUTE, **changes)}


UNANSWERED = called(accepted_at=None)
JUST_NOW = called(FRESH, accepted_at=None)


@pytest.mark.parametrize(
    ("observed", "delete", "expected"),
    [
        (observed_cluster(status="deleting") | FINAL, called(), (Wait.UNTIL_DELETED, "deleting")),
        (observed_cluster(status="final-snapshot"), UNANSWERED, (Fact.DELETION_ACCEPTED, "deleting")),
        (final(), UNANSWERED, (Fact.DELETION_ACCEPTED, "deleting")),
        ({}, JUST_NOW, (Control.AGAIN, "delete")),
        ({}, UNANSWERED, (Fact.DELETION_NOT_APPLIED, "not_applied")),
        ({}, called(), (Fact.DELETION_FAILED, "delete_without_effect", Outcome.FAILED)),
        (final(status="failed"), called(), (Fact.DELETION_FAILED, "final_failed", Outcome.FAILED)),
        (final(status="cancelled"), called(), (Fact.DELETION_FAILED, "final_failed", Outcome.FAILED)),
        (final(status="creating"), called(), (Wait.UNTIL_FINAL, "final")),
        (final(), called(), (Control.AGAIN, "not_deleted")),
        (GONE, JUST_NOW, (Control.AGAIN, "final")),
        (GONE, called(), (Control.END, "deleted_snapshot_missing", Outcome.FAILED)),
        (GONE | final(status="failed"), called(), (Control.END, "deleted_snapshot_missing", Outcome.FAILED)),
        (GONE | final(status="final snapshot"), called(), (Wait.UNTIL_FINAL, "final")),
        (GONE | final(size_mb=1), called(), (Control.END, "gone_unverified", Outcome.FAILED)),
        (GONE | final(cluster="other"), called(), (Control.END, "deleted_snapshot_missing", Outcome.FAILED)),
        (GONE | final(tags={}), called(), (Call.TAG_FINAL, "tag_final")),
        (GONE | FINAL, called(), (Control.END, "deleted", Outcome.DELETED)),
        (OTHER | FINAL, called(), (Control.END, "deleted", Outcome.DELETED)),
        (GONE | FINAL | {"guard": None}, called(), (Control.END, "deleted", Outcome.DELETED)),
    ],
)
def test_after_the_call_only_the_final_snapshot_tells(
    observed: dict[str, Any], delete: Delete, expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(situation(observed=observed, done={"delete": delete}))) == expected


def test_a_snapshot_that_can_not_be_tagged_is_proof_all_the_same() -> None:
    done = {"delete": called(), "given_up": (TAGS.name,)}

    assert next_move(situation(observed=GONE | final(tags={}), done=done)).outcome is Outcome.DELETED


def test_a_call_that_is_never_answered_is_given_up_in_the_end() -> None:
    waited = {"waiting": Waiting("delete", NOW - 20 * MINUTE)}

    step = next_move(situation(done={"delete": UNANSWERED} | waited))

    assert summary(step) == (Fact.DELETION_FAILED, "delete", Outcome.FAILED)
    assert step.reason.endswith("; it is still there")


def test_a_cluster_that_stays_although_its_final_snapshot_is_complete_is_a_failure() -> None:
    waited = {"waiting": Waiting("not_deleted", NOW - 20 * MINUTE)}

    assert (
        next_move(situation(observed=final(), done={"delete": called()} | waited)).move
        is Fact.DELETION_FAILED
    )


def test_a_cluster_that_is_gone_without_proof_is_told_with_what_there_is() -> None:
    guarded = next_move(situation(observed=GONE, done={"delete": called()}))
    bare = next_move(situation(observed=GONE | {"guard": None}, done={"delete": called()}))

    assert "its guard snapshot analytics-guard-run is available" in guarded.reason
    assert "its guard snapshot analytics-guard-run does not exist" in bare.reason


def test_a_final_snapshot_of_a_forgotten_call_shows_that_it_was_applied_after_all() -> None:
    forgotten = called(asked_at=None, accepted_at=None)

    assert next_move(situation(observed=FINAL, done={"delete": forgotten})).move is Fact.DELETION_ACCEPTED
    assert (
        next_move(situation(observed=FINAL, done={"delete": replace(forgotten, fell_back=True)})).code
        == "name_taken"
    )


def test_a_permit_is_given_when_everything_is_as_it_must_be() -> None:
    assert permit_for(situation()) == Permit("analytics", "analytics-final-run", 30)
    assert permit_for(situation(observed=observed_cluster(**PAUSED))).cluster == "analytics"


@pytest.mark.parametrize(
    ("observed", "done", "objection"),
    [
        (GONE, {}, "it is not the cluster that was planned"),
        (observed_cluster(status="modifying"), {}, "its status is modifying"),
        ({"inspection": None}, {}, "it was not inspected"),
        ({"inspection": Inspection((Blocker("in_use", "was used"),))}, {}, "was used; ask those who use it"),
        ({"details": details(tags={APPROVED_TAG: HASH, "tier": "critical"})}, {}, "it is protected"),
        ({"plan": None}, {}, "it is not as it was planned"),
        ({"details": details()}, {}, f"it has no tag {APPROVED_TAG} for this plan"),
        ({"guard": None}, {}, "there is no guard snapshot"),
        ({}, {"guard": Guard()}, "the guard snapshot was not taken by this run"),
        ({"guard": snapshot(status="creating")}, {}, "its status is creating, not available"),
        ({"final": snapshot("final")}, {}, "the name of its final snapshot is taken"),
        ({"consent": None}, {}, "nobody has approved it"),
        ({"consent": consent("waiting")}, {}, "its request is waiting"),
        ({"consent": consent(plan_hash="other")}, {}, "for the plan other"),
        ({}, {"delete": called()}, "DeleteCluster was already called for it"),
        ({}, STOPPED, "the run has stopped: the request was rejected by bob"),
    ],
)
def test_any_single_objection_forbids_the_deletion(
    observed: dict[str, Any], done: dict[str, Any], objection: str
) -> None:
    with pytest.raises(NotPermitted, match=f"analytics is not deleted: .*{objection}"):
        permit_for(situation(observed=observed, done=done))


WAITED = {"waiting": Waiting("untag", NOW - 20 * MINUTE)}


@pytest.mark.parametrize(
    ("move", "answer", "code", "done", "expected"),
    [
        (Call.PAUSE, CallOutcome.BUSY, "", {}, (Control.AGAIN, "pause")),
        (Call.PAUSE, CallOutcome.LOST, "", {}, (Control.AGAIN, "pause")),
        (Call.PAUSE, CallOutcome.NOT_FOUND, "", {}, (Control.AGAIN, "not_found")),
        (Call.PAUSE, CallOutcome.UNSUPPORTED, "", {}, (Fact.STOPPED, "unsupported", Outcome.REFUSED)),
        (Call.RESTORE, CallOutcome.INVALID, "", {}, (Fact.STOPPED, "unsupported", Outcome.REFUSED)),
        (Call.ROTATE, CallOutcome.UNSUPPORTED, "", {}, (Fact.ROTATED, "not_rotated")),
        (
            Call.SNAPSHOT,
            CallOutcome.UNSUPPORTED,
            "ClusterSnapshotQuotaExceeded",
            {},
            (Fact.STOPPED, "snapshot_quota", Outcome.REFUSED),
        ),
        (Call.SNAPSHOT, CallOutcome.BUSY, "ClusterSnapshotAlreadyExists", {}, (Control.AGAIN, "snapshot")),
        (Call.UNTAG, CallOutcome.BUSY, "", WAITED, (Fact.STOPPED, "untag", Outcome.FAILED)),
        (Call.UNTAG, CallOutcome.BUSY, "", STOPPED | WAITED, (Fact.GIVEN_UP, "untag")),
        (Call.PAUSE, CallOutcome.UNSUPPORTED, "", STOPPED, (Fact.GIVEN_UP, "unsupported")),
        (Call.TAG_FINAL, CallOutcome.UNSUPPORTED, "", {}, (Fact.GIVEN_UP, "unsupported")),
    ],
)
def test_what_follows_from_a_call_that_was_not_accepted(
    move: Move, answer: CallOutcome, code: str, done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    step = on_refused_call(situation(done=done), move, CallResult(answer, code, "Redshift's own words"))

    assert summary(step) == expected
    assert "Redshift's own words" in step.reason


def test_a_name_that_stays_taken_is_somebody_elses() -> None:
    waited = {"waiting": Waiting("snapshot", NOW - 20 * MINUTE)}
    taken = CallResult(CallOutcome.BUSY, "ClusterSnapshotAlreadyExists", "exists")

    step = on_refused_call(situation(done=waited), Call.SNAPSHOT, taken)

    assert summary(step) == (Fact.STOPPED, "name_taken", Outcome.REFUSED)
    assert step.reason.startswith("another snapshot is already called analytics-guard-run")


def test_what_is_left_undone_says_what_a_person_has_to_do() -> None:
    step = on_refused_call(
        situation(done=STOPPED), Call.RESUME, CallResult(CallOutcome.UNSUPPORTED, text="no capacity")
    )

    assert step.part == "power"
    assert step.reason.startswith("it is not running or paused as it was before: check it (")


LATE = {"Error": "DeadlineExceeded", "Cause": "was still resuming"}


def erred(found: Situation, error: dict[str, str]) -> NextMove:
    return on_error(found, next_move(found), error)


def test_an_error_on_the_way_stops_it() -> None:
    assert summary(erred(situation(), LATE)) == (Fact.STOPPED, "DeadlineExceeded", Outcome.TIMED_OUT)
    assert summary(erred(situation(), {"Cause": "?"})) == (Fact.STOPPED, "error", Outcome.FAILED)


def test_a_cluster_that_a_wait_does_not_find_is_looked_for() -> None:
    missing = {"Error": "Redshift.ClusterNotFoundException", "Cause": ""}

    assert erred(situation(observed=GONE), missing).code == "gone"


def test_an_error_on_the_way_back_gives_up_one_part() -> None:
    found = situation(observed={"details": details(**PAUSED)}, done=STOPPED | {"power": power("pause")})

    assert summary(erred(found, LATE)) == (Fact.GIVEN_UP, "resume")
    ended = situation(observed={"details": details()}, done=STOPPED)
    assert erred(ended, LATE).move is Control.END


def test_after_the_call_an_error_ends_only_the_watching() -> None:
    going = erred(situation(observed=observed_cluster(status="deleting"), done={"delete": called()}), LATE)

    assert summary(going) == (Control.END, "unwatched", Outcome.TIMED_OUT)
    assert going.reason.endswith("look for analytics-final-run")
    assert erred(situation(observed=GONE | FINAL, done={"delete": called()}), LATE).outcome is Outcome.DELETED
    fallen = situation(observed=final(status="failed"), done={"delete": called()})
    assert erred(fallen, LATE).move is Fact.DELETION_FAILED


def test_progress_is_read_from_the_record() -> None:
    at = format_moment(NOW)
    progress = Progress(
        {
            "guard": {"called_at": at, "asked_at": at, "verified_at": at},
            "copy": {"called_at": at, "asked_at": at, "restored_at": at, "removed_at": at},
            "rotation": {"called_at": at, "begun_at": at, "impossible": "no"},
            "power": {"was_paused": True, "last": "pause", "at": at},
            "quarantine": {"since": at},
            "delete": {
                "called_at": at,
                "asked_at": at,
                "accepted_at": at,
                "fell_back_at": at,
                "refused_paused": at,
            },
            "stopping": WHY.as_json(),
            "waiting": {"code": "delete", "since": at},
            "touched_at": at,
            "given_up": ["tag"],
        }
    )

    assert Guard.of(progress) == replace(GUARDED, called_at=NOW, asked_at=NOW)
    assert Copy.of(progress) == Copy(NOW, NOW, restored=True, removed=True)
    assert Rotation.of(progress) == Rotation(NOW, NOW, over=True)
    assert Power.of(progress) == Power(was_paused=True, last="pause", at=NOW)
    assert quarantined_since(progress) == NOW
    assert Delete.of(progress) == Delete(NOW, NOW, NOW, fell_back=True, refused_paused=True)
    assert not Delete.of(progress).is_open
    assert (progress.stopping, progress.waiting) == (WHY, Waiting("delete", NOW))
    assert (progress.touched_at, progress.given_up) == (NOW, ("tag",))
    assert Delete.of(Progress({})) == Delete()


def test_what_a_run_that_could_not_even_go_back_leaves_open_is_told() -> None:
    at = format_moment(NOW)

    assert left_open({}) == left_open({"power": {"last": "resume", "at": at}}) == ""
    assert (
        left_open({"power": {"last": "pause", "at": at}})
        == "; this run paused it, and it may still be paused"
    )
    called_now = {"called_at": at, "asked_at": at, "final_snapshot": "sales-final-run"}
    assert left_open({"delete": called_now}).endswith("look for its final snapshot sales-final-run")


def test_a_situation_without_its_cluster_says_so() -> None:
    assert (situation(observed=GONE).status, situation(observed=GONE).phase) == ("gone", None)
    assert NAMESPACE in str(situation().run_plan)
