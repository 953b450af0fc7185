"""The clock that steps are handed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from steward.adapters.clock import Clock

if TYPE_CHECKING:
    import pytest


def test_the_clock_is_the_machines_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_795_323_600.0)

    assert Clock().now() == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert Clock().now().tzinfo is UTC
