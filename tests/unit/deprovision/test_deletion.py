"""Stage deletion: the approval's tag, and the permit that checks everything again."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.moves import Call, Control, Fact, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.permit import NotPermitted, Permit, permit_for
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.stages.deletion import is_refused_while_paused
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    GONE,
    HASH,
    HOUR,
    PAUSED,
    STOPPED,
    after_waiting_for,
    cluster_with,
    consent,
    details,
    open_delete,
    power,
    situation,
    snapshot,
    summary,
)
from tests.support.facts import NOW


def test_iam_wants_the_tag_of_this_very_approval() -> None:
    assert next_move(situation(observed={"details": details()})).move is Call.TAG
    assert (
        next_move(situation(observed={"details": details(tags={APPROVED_TAG: "sha256:old"})})).move
        is Call.TAG
    )


def test_a_permit_is_given_when_everything_is_as_it_must_be() -> None:
    assert permit_for(situation()) == Permit("analytics", "analytics-final-run", 30)
    assert permit_for(situation(observed=cluster_with(**PAUSED))).cluster == "analytics"


@pytest.mark.parametrize(
    ("observed", "done", "objection"),
    [
        (GONE, {}, "it is not the cluster that was planned"),
        ({"identified": False}, {}, "DescribeClusters does not say whether it is the planned one"),
        (cluster_with(status="modifying"), {}, "its status is modifying"),
        ({"inspection": None}, {}, "it was not inspected"),
        ({"inspection": Inspection((Blocker("in_use", "was used"),))}, {}, "was used; ask its users"),
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
        ({}, {"delete": open_delete()}, "DeleteCluster was already called for it"),
        ({}, STOPPED, "the run has stopped: the request was rejected by bob"),
    ],
)
def test_any_single_objection_forbids_the_deletion(
    observed: dict[str, Any], done: dict[str, Any], objection: str
) -> None:
    with pytest.raises(NotPermitted, match=f"analytics is not deleted: .*{objection}"):
        permit_for(situation(observed=observed, done=done))


UNIDENTIFIED = {"identified": False}
NO_TAGS_WHILE_PAUSED = {"tag": {"refused_paused": format_moment(NOW)}}


def test_a_cluster_that_does_not_say_which_one_it_is_is_waited_for_and_then_refused() -> None:
    assert summary(next_move(situation(observed=UNIDENTIFIED))) == (Control.AGAIN, "identity_unknown")
    given_up = next_move(situation(observed=UNIDENTIFIED, done=after_waiting_for("identity_unknown")))
    assert summary(given_up) == (Fact.STOPPED, "identity_unknown", Outcome.REFUSED)


def test_a_paused_cluster_is_resumed_so_that_it_says_which_one_it_is() -> None:
    paused = UNIDENTIFIED | cluster_with(**PAUSED)
    assert next_move(situation(observed=paused)).move is Call.RESUME


def test_a_cluster_that_takes_no_tags_while_paused_is_resumed_before_it_is_tagged() -> None:
    untagged = {"details": details(**PAUSED)}
    assert next_move(situation(observed=untagged)).move is Call.TAG
    assert next_move(situation(observed=untagged, done=NO_TAGS_WHILE_PAUSED)).move is Call.RESUME
    running = {"details": details()}
    assert next_move(situation(observed=running, done=NO_TAGS_WHILE_PAUSED)).move is Call.TAG


@pytest.mark.parametrize(
    ("observed", "done", "move"),
    [
        (cluster_with(**PAUSED), {}, Call.UNTAG),
        (cluster_with(**PAUSED), NO_TAGS_WHILE_PAUSED, Call.RESUME),
        (cluster_with(**PAUSED), NO_TAGS_WHILE_PAUSED | {"given_up": ("power",)}, Call.UNTAG),
        (cluster_with(status="resuming"), NO_TAGS_WHILE_PAUSED, Wait.UNTIL_RESUMED),
        (cluster_with(), NO_TAGS_WHILE_PAUSED, Call.UNTAG),
    ],
)
def test_a_cluster_that_takes_no_tags_while_paused_is_resumed_to_remove_the_tag(
    observed: dict[str, Any], done: dict[str, Any], move: Call | Wait
) -> None:
    assert next_move(situation(observed=observed, done=done | STOPPED)).move is move


def test_a_cluster_that_was_resumed_to_remove_the_tag_is_paused_again() -> None:
    done = NO_TAGS_WHILE_PAUSED | STOPPED | {"power": power("resume", HOUR, was_paused=True)}
    assert next_move(situation(observed={"details": details()}, done=done)).move is Call.PAUSE


@pytest.mark.parametrize(
    ("outcome", "code", "refused"),
    [
        (CallOutcome.BUSY, "InvalidClusterState", True),
        (CallOutcome.UNSUPPORTED, "UnsupportedOperation", True),
        (CallOutcome.REFUSED, "NeverHeardOf", True),
        (CallOutcome.DENIED, "AccessDenied", False),
        (CallOutcome.THROTTLED, "Throttling", False),
        (CallOutcome.LOST, "", False),
    ],
)
def test_a_refused_tag_is_about_the_pause_unless_it_is_about_permissions_or_an_outage(
    outcome: CallOutcome, code: str, *, refused: bool
) -> None:
    paused, result = situation(observed=cluster_with(**PAUSED)), CallResult(outcome, code)
    assert is_refused_while_paused(paused, Call.TAG, result) is refused
    assert is_refused_while_paused(paused, Call.UNTAG, result) is refused
    assert not is_refused_while_paused(paused, Call.ROTATE, result)
    assert not is_refused_while_paused(situation(), Call.TAG, result)
