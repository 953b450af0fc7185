"""Stage approval: who said no, who has not answered yet, and what needs no answer."""

from __future__ import annotations

from datetime import timedelta

from steward.domain.deprovision.moves import Delegate, RequestTask
from steward.domain.deprovision.next_move import next_move
from tests.support.deprovision_facts import (
    HOUR,
    consent,
    situation,
)
from tests.support.facts import NOW


def test_a_persons_no_is_told_with_who_and_why() -> None:
    step = next_move(situation(observed={"consent": consent("rejected", reason="in use")}))
    unnamed = next_move(situation(observed={"consent": consent("cancelled", by="")}))

    assert step.reason == "the request was rejected by bob: in use"
    assert unnamed.reason == "the request was cancelled"


def test_nobody_has_been_asked_yet_so_a_person_is_for_as_long_as_the_policy_says() -> None:
    step = next_move(situation(observed={"consent": None}))

    assert (step.move, step.seconds) == (RequestTask.ASK, 3 * 86400)


def test_a_question_that_is_open_is_waited_for_to_its_end() -> None:
    assert (
        next_move(situation(observed={"consent": consent("waiting", expires_at=NOW + HOUR)})).seconds == 3600
    )
    soon = consent("waiting", expires_at=NOW + timedelta(milliseconds=5))
    assert next_move(situation(observed={"consent": soon})).seconds == 1


def test_without_approval_a_request_is_kept_all_the_same_so_that_it_can_be_cancelled() -> None:
    approval = {
        "required": False,
        "expires_after_seconds": 60,
        "approvers": [],
        "four_eyes": True,
        "federated_roles": [],
    }

    assert next_move(situation({"approval": approval}, {"consent": None})).move is RequestTask.REGISTER
    assert next_move(situation({"approval": approval})).move is Delegate.DELETE
