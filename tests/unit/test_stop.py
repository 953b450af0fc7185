"""What becomes of each cluster when its run is stopped."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.recovery import is_half_done
from steward.domain.stop import (
    DELETION,
    NOT_BEGUN,
    PAUSED_AGAIN,
    RESTORED,
    ROLES_LEFT,
    ROTATION,
    UNCHANGED,
    AfterStop,
    after_stop,
)
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.support.facts import NOW, operation

ABANDONED: dict[str, Any] = {"resumed": True, "outcome": "failed", "abandoned_by": "run", "step": "abandoned"}
CALLED: dict[str, Any] = {"evidence": {"delete": {"asked_at": NOW.isoformat()}}}
FELL_BACK: dict[str, Any] = {"evidence": {"delete": {"asked_at": NOW.isoformat(), "fell_back_at": "then"}}}


@pytest.mark.parametrize(
    ("workflow", "facts", "after"),
    [
        (ROTATE_KEYS.name, {}, UNCHANGED),
        (ROTATE_KEYS.name, {"resumed": True}, PAUSED_AGAIN),
        (ROTATE_KEYS.name, {"resumed": True, "called_at": NOW}, ROTATION),
        (ROTATE_KEYS.name, {"begun_at": NOW}, ROTATION),
        (ROTATE_KEYS.name, {"begun_at": NOW, "outcome": "rotated"}, None),
        (ROTATE_KEYS.name, ABANDONED, PAUSED_AGAIN),
        (ROTATE_KEYS.name, ABANDONED | {"begun_at": NOW}, ROTATION),
        (ROTATE_KEYS.name, ABANDONED | {"begun_at": NOW, "ended_at": NOW}, PAUSED_AGAIN),
        (ROTATE_KEYS.name, {"resumed": True, "called_at": NOW, "outcome": "refused"}, PAUSED_AGAIN),
        (DEPROVISION.name, {}, UNCHANGED),
        (DEPROVISION.name, {"evidence": {"power": {}}}, RESTORED),
        (DEPROVISION.name, CALLED, DELETION),
        (DEPROVISION.name, FELL_BACK, RESTORED),
        (DEPROVISION.name, {"outcome": "rejected"}, None),
        (SYNC_ROLES.name, {"called_at": NOW}, ROLES_LEFT),
        (SYNC_ROLES.name, {"outcome": "synced"}, None),
    ],
)
def test_what_was_called_is_finished_and_the_rest_put_back(
    workflow: str, facts: dict[str, Any], after: AfterStop | None
) -> None:
    found = after_stop(operation(**facts), workflow)

    assert found == after
    assert bool(found and found.needs_recovery) is is_half_done(operation(**facts), workflow)


@pytest.mark.parametrize("workflow", [ROTATE_KEYS.name, SYNC_ROLES.name, DEPROVISION.name])
def test_a_cluster_that_the_run_has_not_come_to_is_not_begun(workflow: str) -> None:
    assert after_stop(None, workflow) == NOT_BEGUN
    assert not NOT_BEGUN.needs_recovery
