"""How long a run will still take, from what operations took before."""

from __future__ import annotations

import heapq
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cli.runs.run_progress import Row


def seconds_left(rows: Sequence[Row], past: Mapping[str, float], now: datetime, at_once: int) -> float | None:
    """Seconds until every cluster that the run acts on has ended; None when nothing is known to guess from.

    Args:
        rows: The run as it is now.
        past: What each cluster's last operation of the kind took, in seconds.
        now: The moment.
        at_once: How many clusters are worked on side by side.
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
        _together(
            [_left(row, past.get(row.cluster, usual), now) for row in unfinished if row.wave == wave], at_once
        )
        for wave in waves
    )


def _left(row: Row, expected: float, now: datetime) -> float:
    spent = (now - row.since).total_seconds() if row.since else 0.0
    return max(expected - spent, 0.0)


def _together(each: Sequence[float], at_once: int) -> float:
    """When the last piece of work is done if so many are done side by side, the longest first."""
    places = [0.0] * max(1, at_once)
    for seconds in sorted(each, reverse=True):
        heapq.heappush(places, heapq.heappop(places) + seconds)
    return max(places)
