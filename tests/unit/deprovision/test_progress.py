"""What the stages read from the record."""

from __future__ import annotations

from dataclasses import replace

from steward.domain.deprovision.progress import Progress, Waiting
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.key_rotation import Rotation
from steward.domain.deprovision.stages.quarantine import Power, quarantine_start
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.moments import format_moment
from tests.support.deprovision_facts import (
    GUARDED,
    WHY,
)
from tests.support.facts import NOW


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
    assert quarantine_start(progress) == NOW
    assert Delete.of(progress) == Delete(NOW, NOW, NOW, fell_back=True, refused_paused=True)
    assert not Delete.of(progress).is_open
    assert (progress.stopping, progress.waiting) == (WHY, Waiting("delete", NOW))
    assert (progress.touched_at, progress.given_up) == (NOW, ("tag",))
    assert Delete.of(Progress({})) == Delete()
