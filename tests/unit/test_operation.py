"""The ledger's record of an operation, and how operations end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from steward.domain.operation import Outcome, operation_from_record
from tests.support.facts import NOW, cluster, operation


def test_only_failed_and_timed_out_count_as_failures() -> None:
    assert {outcome for outcome in Outcome if outcome.is_failure} == {Outcome.FAILED, Outcome.TIMED_OUT}


def test_a_rotation_that_was_only_called_has_not_begun() -> None:
    assert not operation(called_at=NOW).has_begun
    assert operation(begun_at=NOW).has_begun


def test_an_operation_is_about_the_cluster_with_its_identity() -> None:
    assert operation().is_about(cluster())


@pytest.mark.parametrize(
    "changes",
    [
        {"namespace_arn": "arn:aws:redshift:eu-central-1:123456789012:namespace:another"},
        {"created_at": NOW},
    ],
)
def test_a_cluster_that_took_the_name_is_another_one(changes: dict[str, object]) -> None:
    assert not operation().is_about(cluster(**changes))


def test_a_record_is_read_with_its_moments_and_numbers() -> None:
    record = {
        "pk": "CLUSTER#analytics",
        "cluster": "analytics",
        "run": "arn",
        "begun_at": "2026-11-21T21:00:00Z",
        "polls": Decimal(7),
        "tagged": True,
        "timeline": [{"at": "2026-11-21T21:00:00Z"}],
        "of_a_later_version": "left aside",
    }
    found = operation_from_record(record)
    assert (found.cluster, found.begun_at, found.tagged) == ("analytics", NOW, True)
    assert (found.polls, found.overshoot_seconds) == (7, 0)
    assert isinstance(found.polls, int)
    assert (found.called_at, found.outcome) == (None, "")


def test_an_attribute_that_is_null_is_one_that_is_missing() -> None:
    found = operation_from_record({"cluster": "a", "run": "r", "ended_at": None, "reason": None})
    assert (found.ended_at, found.reason) == (None, "")


def test_notes_add_up_and_nothing_is_said_twice() -> None:
    once = operation(note=operation().noting("the tag could not be written"))
    assert once.note == "the tag could not be written"
    twice = once.noting("it could not be paused again")
    assert twice == "the tag could not be written; it could not be paused again"
    assert once.noting("the tag could not be written") == once.note
