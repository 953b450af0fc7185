"""The queue of everything that will happen to the clusters, processed lazily.

Nothing here runs by itself. Each read first makes everything happen that has become due, each entry at its
own moment and in order, so that the outcome does not depend on when or how often it is read.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(order=True, slots=True)
class Entry:
    """One thing that happens at one moment; `cancelled` ones are passed over."""

    due: datetime
    order: int
    happen: Callable[[datetime], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Timeline:
    """A queue of entries by due moment; those of one moment happen in the order in which they were added."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._order = itertools.count()
        self._watchers: list[Callable[[datetime], object]] = []

    def add(self, due: datetime, happen: Callable[[datetime], None]) -> Entry:
        """Schedule ``happen``, which is called with its due moment."""
        entry = Entry(due, next(self._order), happen)
        heapq.heappush(self._entries, entry)
        for watcher in self._watchers:
            watcher(due)
        return entry

    def watch(self, watcher: Callable[[datetime], object]) -> None:
        """Have ``watcher`` called with the due moment of each entry, those that are there included."""
        self._watchers.append(watcher)
        for entry in self._entries:
            watcher(entry.due)

    def settle(self, now: datetime) -> None:
        """Run everything that is due by ``now``, also what becomes due in turn."""
        while self._entries and self._entries[0].due <= now:
            entry = heapq.heappop(self._entries)
            if not entry.cancelled:
                entry.happen(entry.due)
