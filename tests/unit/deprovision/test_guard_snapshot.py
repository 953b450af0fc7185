"""Stage guard snapshot: it comes before everything else."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.deprovision.moves import Call, Control, Fact, Move, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.stages.guard_snapshot import Guard
from tests.support.deprovision_facts import (
    FRESH,
    HOUR,
    PAUSED,
    READY,
    cluster_with,
    power,
    situation,
    snapshot,
)
from tests.support.facts import NOW


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
        next_move(situation(observed=cluster_with(**cluster) | {"guard": guard}, done=done)).move is expected
    )
