"""What a recovery does about a rotation that was abandoned, or stopped, after its cluster was resumed."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.rotate_keys.finish import is_to_be_paused_only
from tests.support.facts import NOW, operation

ABANDONED = {"abandoned_by": "run", "resumed": True, "outcome": "failed"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (ABANDONED, True),
        (ABANDONED | {"begun_at": NOW, "ended_at": NOW, "called_at": NOW}, True),
        (ABANDONED | {"called_at": NOW}, False),
        (ABANDONED | {"called_at": NOW, "begun_at": NOW}, False),
        (ABANDONED | {"resumed": False}, False),
        (ABANDONED | {"abandoned_by": ""}, True),
        (ABANDONED | {"abandoned_by": "", "outcome": ""}, False),
    ],
)
def test_it_is_only_paused_again_unless_a_rotation_may_be_under_way(
    facts: dict[str, Any],
    expected: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    assert is_to_be_paused_only(operation(**facts)) is expected
