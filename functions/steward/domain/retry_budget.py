"""How long a change that a cluster refuses is retried, with which pauses, and when a lost call is retried."""

import zlib
from datetime import datetime, timedelta

RETRY_BUDGET = timedelta(minutes=20)
"""How long a cluster may refuse a change before the steward gives up.

Terraform's provider retries InvalidClusterState for 15 minutes; Airflow's 2.5 minutes were found too short
(apache/airflow#69574).
"""

FEWEST_TRIES = 5
"""So often a cluster is tried before its retry budget counts as spent: in an outage only time passes."""

SETTLE = timedelta(minutes=2)
"""How long the effect of a call without an answer may still become visible; then it counts as not applied.

DescribeClusters can lag behind by seconds; no rotation, pause or deletion as short as this has been observed.
"""

OVERLOOKED = timedelta(minutes=5)
"""So long after a rotation was called without an answer it may have come and gone unseen: no second call.

AWS does not document how short a rotation can be.
"""

DWELL = timedelta(seconds=60)
"""How long after its start an operation is never taken for finished (DescribeClusters can lag behind)."""

SETTLE_REPEATABLE = timedelta(minutes=1)
"""The same for a call that does no harm when it is made twice."""

OUTAGE_BUDGET = timedelta(hours=12)
"""How long an outage of AWS, throttling included, is waited out before a change is given up: longer than any
outage of Redshift's API that AWS has reported, and short against an approval and a quarantine."""

LONGEST_OUTAGE_PAUSE = 3600
"""Seconds between two attempts while AWS itself is out of order, at most."""

FIRST_PAUSE, LONGEST_PAUSE = 15, 120
"""Seconds between two attempts on a cluster that refuses: they double from the first to the longest."""


def within_retry_budget(since: datetime, now: datetime) -> bool:
    """Whether a cluster that has refused since ``since`` is tried again."""
    return now - since < RETRY_BUDGET


def pause_seconds(identifier: str, attempt: int) -> int:
    """Seconds until the next attempt: doubling, with a jitter of up to half that differs between clusters.

    The jitter comes from identifier and attempt, so that it is the same on every retry and in every test.
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE << min(attempt, 10))
    jitter = zlib.crc32(f"{identifier}/{attempt}".encode()) % 1000 / 1000
    return round(pause * (1 - jitter / 2))


def outage_pause(since: datetime, now: datetime) -> int:
    """Seconds until the next attempt in an outage: a quarter of the time that it has taken so far."""
    return round(min(LONGEST_OUTAGE_PAUSE, max(FIRST_PAUSE, (now - since).total_seconds() / 4)))
