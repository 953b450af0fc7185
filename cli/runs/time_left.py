"""Estimate of a run's remaining time, from how long operations took before."""

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from cli.runs.run_progress import ClusterProgress


def remaining_seconds(
    rows: Sequence[ClusterProgress], past: Mapping[str, float], now: datetime, concurrency: int
) -> float | None:
    """Seconds until the last cluster ends; None when no duration is known.

    Args:
        rows: The run's clusters.
        past: Seconds that each cluster's last operation took.
        now: The current time.
        concurrency: How many clusters run at the same time.
    """
    known = [*past.values(), *(row.seconds for row in rows if row.seconds)]
    unfinished = [row for row in rows if row.wave and not row.outcome]
    if not unfinished:
        return 0.0
    if not known:
        return None
    usual = median(known)
    waves = dict.fromkeys(row.wave for row in unfinished)
    return sum(
        _makespan(
            [_remaining(row, past.get(row.cluster, usual), now) for row in unfinished if row.wave == wave],
            concurrency,
        )
        for wave in waves
    )


def _remaining(row: ClusterProgress, expected: float, now: datetime) -> float:
    spent = (now - row.since).total_seconds() if row.since else 0.0
    return max(expected - spent, 0.0)


def _makespan(durations: Sequence[float], concurrency: int) -> float:
    """Seconds until all are done when each free worker takes the longest one left."""
    workers = [0.0] * max(1, concurrency)
    for seconds in sorted(durations, reverse=True):
        heapq.heappush(workers, heapq.heappop(workers) + seconds)
    return max(workers)
