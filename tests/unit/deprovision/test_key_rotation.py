"""Stage key rotation: once, before the quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.stages.key_rotation import ROTATED_LATELY, Rotation, require_rotation
from steward.domain.retry_budget import OVERLOOKED
from steward.domain.rotate_keys.last_rotation import RotationRecord
from tests.support.deprovision_facts import (
    FRESH,
    HOUR,
    MINUTE,
    PAUSED,
    PLANNED,
    READY,
    STOPPED,
    details,
    situation,
)
from tests.support.facts import NAMESPACE, NOW

if TYPE_CHECKING:
    from datetime import timedelta


ROTATING = {"status": "rotating-keys", "availability": "Modifying"}


@pytest.mark.parametrize(
    ("cluster", "rotation", "expected"),
    [
        (READY, Rotation(), Call.ROTATE),
        (PAUSED, Rotation(), Call.RESUME),
        (READY, Rotation(NOW - FRESH), Control.AGAIN),
        (READY, Rotation(NOW - 3 * MINUTE), Call.ROTATE),
        (READY, Rotation(NOW - OVERLOOKED), Fact.ROTATED),
        (ROTATING, Rotation(NOW - FRESH), Fact.ROTATION_BEGUN),
        (ROTATING, Rotation(NOW - HOUR), Fact.ROTATION_BEGUN),
        (ROTATING, Rotation(NOW - HOUR, NOW - HOUR), Wait.UNTIL_ROTATED),
        (ROTATING, Rotation(), Wait.UNTIL_ROTATED),
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


@pytest.mark.parametrize(
    ("age", "namespace_arn", "expected"),
    [
        (HOUR, NAMESPACE, Fact.ROTATED),
        (ROTATED_LATELY, NAMESPACE, Call.ROTATE),
        (HOUR, "another cluster of that name", Call.ROTATE),
    ],
)
def test_keys_that_rotate_keys_has_rotated_lately_are_not_rotated_again(
    age: timedelta, namespace_arn: str, expected: Move
) -> None:
    record = RotationRecord(NOW - age, namespace_arn, 900, ended=False)

    assert next_move(situation({"rotate_first": True}, {"last_rotation": record})).move is expected


def test_a_rotation_that_is_seen_while_rolling_back_is_recorded_as_well() -> None:
    rolling_back = STOPPED | {"rotation": Rotation(NOW - FRESH)}

    found = situation({"rotate_first": True}, {"details": details(**ROTATING)}, rolling_back)

    assert next_move(found).move is Fact.ROTATION_BEGUN


@pytest.mark.parametrize(
    ("age", "expected"), [(FRESH, Control.AGAIN), (3 * MINUTE, Call.UNTAG), (OVERLOOKED, Fact.ROTATED)]
)
def test_a_rollback_looks_for_a_rotation_and_records_one_that_nobody_can_rule_out(
    age: timedelta, expected: Move
) -> None:
    rolling_back = STOPPED | {"rotation": Rotation(NOW - age)}

    assert next_move(situation({"rotate_first": True}, {}, rolling_back)).move is expected


def test_a_rollback_does_not_record_a_rotation_twice() -> None:
    rolling_back = STOPPED | {"rotation": Rotation(NOW - FRESH, NOW - FRESH)}

    assert next_move(situation({"rotate_first": True}, {}, rolling_back)).move not in {
        Fact.ROTATED,
        Fact.ROTATION_BEGUN,
    }
