"""Clusters that share a KMS key are kept apart, so that KMS does not throttle their rotations.

RotateEncryptionKey answers DependentServiceRequestThrottlingFault when its dependent service, KMS, is asked
too much; many clusters on one key at the same moment are what brings that about.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

SECONDS_APART = 60
"""Seconds between two starts on one key among clusters that would otherwise start together."""


def spread(things: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """``things`` in an order in which equal keys are neighbours only where nothing else is left.

    The largest remaining group goes next, unless it was the last one; ties keep the given order.
    """
    groups: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    ordered: list[T] = []
    last = None
    while groups:
        choice = max(groups, key=lambda name: (name != last, len(groups[name])))
        ordered.append(groups[choice].pop(0))
        if not groups[choice]:
            del groups[choice]
        last = choice
    return ordered


def delays(keys: Sequence[str], max_concurrent: int) -> list[int]:
    """Seconds that each position waits before its start, because neighbours on the same key start with it.

    Neighbours are the ``max_concurrent - 1`` positions before it: no more are under way at one time.
    """
    waits = []
    for index, key in enumerate(keys):
        alongside = keys[max(0, index - max_concurrent + 1) : index]
        waits.append(alongside.count(key) * SECONDS_APART)
    return waits
