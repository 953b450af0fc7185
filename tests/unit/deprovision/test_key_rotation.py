"""Stage key rotation: once, before the quarantine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.stages.key_rotation import Rotation, require_rotation
from tests.support.deprovision_facts import (
    FRESH,
    HOUR,
    PAUSED,
    PLANNED,
    READY,
    details,
    situation,
)
from tests.support.facts import NOW


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
