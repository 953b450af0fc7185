"""How long a cluster that refuses a change is asked again, and with which pauses."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

PATIENCE = timedelta(minutes=20)
"""How long a cluster may refuse a change before the steward gives up.

Terraform's provider retries InvalidClusterState for 15 minutes; Airflow's 2.5 minutes were found too short
(apache/airflow#69574).
"""

FIRST_PAUSE, LONGEST_PAUSE = 15, 120
"""Seconds between two attempts on a cluster that refuses: they double from the first to the longest."""


def within_retry_budget(since: datetime, now: datetime) -> bool:
    """Whether a cluster that refuses is asked again."""
    return now - since < PATIENCE


def pause_seconds(identifier: str, attempt: int) -> int:
    """Seconds until the next attempt: doubling, with a jitter of up to half that differs between clusters.

    The jitter comes from identifier and attempt, so that it is the same on every retry and in every test.
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE << min(attempt, 10))
    jitter = zlib.crc32(f"{identifier}/{attempt}".encode()) % 1000 / 1000
    return round(pause * (1 - jitter / 2))
