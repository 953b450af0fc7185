"""Stage final snapshot: after DeleteCluster only it tells what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.deprovision.moves import Call, Control, Fact, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.progress import Waiting
from steward.domain.deprovision.stages.final_snapshot import TAGS
from steward.domain.operation import Outcome
from steward.domain.retry_budget import OUTAGE_BUDGET
from tests.support.deprovision_facts import (
    FRESH,
    GONE,
    MINUTE,
    cluster_with,
    final,
    open_delete,
    situation,
    snapshot,
    summary,
    tallied,
)
from tests.support.facts import NOW

if TYPE_CHECKING:
    from steward.domain.deprovision.stages.deletion import Delete

MISSING = "deleted_snapshot_missing"
OTHER = cluster_with(namespace_arn="arn:aws:redshift:eu-central-1:1:namespace:2")


FINAL = {"final": snapshot("final", created_at=NOW - 5 * MINUTE)}


UNANSWERED = open_delete(accepted_at=None)


JUST_NOW = open_delete(FRESH, accepted_at=None)


@pytest.mark.parametrize(
    ("observed", "delete", "expected"),
    [
        (cluster_with(status="deleting") | FINAL, open_delete(), (Wait.UNTIL_DELETED, "deleting")),
        (cluster_with(status="final-snapshot"), UNANSWERED, (Fact.DELETION_ACCEPTED, "deleting")),
        (final(), UNANSWERED, (Fact.DELETION_ACCEPTED, "deleting")),
        ({}, JUST_NOW, (Control.AGAIN, "delete")),
        ({}, UNANSWERED, (Fact.DELETION_NOT_APPLIED, "not_applied")),
        ({}, open_delete(), (Fact.DELETION_FAILED, "delete_without_effect", Outcome.FAILED)),
        (final(status="failed"), open_delete(), (Fact.DELETION_FAILED, "final_failed", Outcome.FAILED)),
        (final(status="cancelled"), open_delete(), (Fact.DELETION_FAILED, "final_failed", Outcome.FAILED)),
        (final(status="creating"), open_delete(), (Wait.UNTIL_FINAL, "final")),
        (final(), open_delete(), (Control.AGAIN, "not_deleted")),
        (GONE, JUST_NOW, (Control.AGAIN, "final")),
        (GONE, open_delete(), (Control.END, MISSING, Outcome.FAILED)),
        (
            GONE | final(status="failed"),
            open_delete(),
            (Control.END, MISSING, Outcome.FAILED),
        ),
        (GONE | final(status="final snapshot"), open_delete(), (Wait.UNTIL_FINAL, "final")),
        (GONE | final(size_mb=1), open_delete(), (Control.END, "gone_unverified", Outcome.FAILED)),
        (
            GONE | final(cluster="other"),
            open_delete(),
            (Control.END, MISSING, Outcome.FAILED),
        ),
        (GONE | final(tags={}), open_delete(), (Call.TAG_FINAL, "tag_final")),
        (GONE | FINAL, open_delete(), (Control.END, "deleted", Outcome.DELETED)),
        (OTHER | FINAL, open_delete(), (Control.END, "deleted", Outcome.DELETED)),
        (GONE | FINAL | {"guard": None}, open_delete(), (Control.END, "deleted", Outcome.DELETED)),
    ],
)
def test_after_the_call_only_the_final_snapshot_tells(
    observed: dict[str, Any], delete: Delete, expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(situation(observed=observed, done={"delete": delete}))) == expected


def test_a_snapshot_that_can_not_be_tagged_is_proof_all_the_same() -> None:
    done = {"delete": open_delete(), "given_up": (TAGS.name,)}

    assert next_move(situation(observed=GONE | final(tags={}), done=done)).outcome is Outcome.DELETED


def test_a_call_that_is_never_answered_is_given_up_in_the_end() -> None:
    waited = tallied("delete", OUTAGE_BUDGET, "lost")

    step = next_move(situation(done={"delete": UNANSWERED} | waited))

    assert summary(step) == (Fact.DELETION_FAILED, "delete", Outcome.FAILED)
    assert step.reason.endswith("the last answer: Redshift's own words; it is still there")


def test_a_cluster_that_stays_although_its_final_snapshot_is_complete_is_a_failure() -> None:
    waited = {"waiting": Waiting("not_deleted", NOW - 20 * MINUTE)}

    assert (
        next_move(situation(observed=final(), done={"delete": open_delete()} | waited)).move
        is Fact.DELETION_FAILED
    )


def test_a_cluster_that_is_gone_without_proof_is_told_with_what_there_is() -> None:
    guarded = next_move(situation(observed=GONE, done={"delete": open_delete()}))
    bare = next_move(situation(observed=GONE | {"guard": None}, done={"delete": open_delete()}))

    assert "its guard snapshot analytics-guard-run is available" in guarded.reason
    assert "its guard snapshot analytics-guard-run does not exist" in bare.reason


def test_a_final_snapshot_of_a_forgotten_call_shows_that_it_was_applied_after_all() -> None:
    forgotten = open_delete(asked_at=None, accepted_at=None)

    assert next_move(situation(observed=FINAL, done={"delete": forgotten})).move is Fact.DELETION_ACCEPTED
    assert (
        next_move(situation(observed=FINAL, done={"delete": replace(forgotten, fell_back=True)})).code
        == "name_taken"
    )
