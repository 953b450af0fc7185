"""Stage restore test: a copy is restored, proves the snapshot, and is removed."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.deprovision.copies import COPY_TAG
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    DAY,
    FRESH,
    HOUR,
    MADE,
    RESTORED,
    TESTED,
    copy_with,
    situation,
    summary,
)
from tests.support.facts import NOW


@pytest.mark.parametrize(
    ("copy", "done", "expected"),
    [
        ({}, {}, (Call.RESTORE, "restore")),
        ({}, {"copy": Copy(NOW - HOUR, NOW - FRESH)}, (Control.AGAIN, "restore")),
        ({}, MADE, (Call.RESTORE, "restore")),
        (copy_with(), {}, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copy_with(created_at=NOW - DAY), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copy_with(created_at=None), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copy_with(identifier="sales"), MADE, (Fact.STOPPED, "copy_name_taken", Outcome.REFUSED)),
        (copy_with(restore="failed"), MADE, (Fact.STOPPED, "restore_failed", Outcome.FAILED)),
        (copy_with(status="incompatible-restore"), MADE, (Fact.STOPPED, "restore_failed", Outcome.FAILED)),
        (copy_with(status="creating", availability="Modifying"), MADE, (Wait.UNTIL_RESTORED, "restoring")),
        (copy_with(restore="restoring"), MADE, (Wait.UNTIL_RESTORED, "restoring")),
        (copy_with(), MADE, (Fact.RESTORED, "restored")),
        (copy_with(), RESTORED, (Call.TAG_COPY, "tag_copy")),
        (copy_with(tags={COPY_TAG: "run"}), RESTORED, (Delegate.REMOVE_COPY, "remove_copy")),
        (copy_with(status="deleting"), RESTORED, (Wait.UNTIL_COPY_GONE, "removing_copy")),
        (copy_with(status="modifying"), RESTORED, (Wait.UNTIL_RESTORED, "restoring")),
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
