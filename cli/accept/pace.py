"""How a run waits: by AWS's clock, and never without an end."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli.errors import CliError
from steward.domain.durations import humanize

sleep = time.sleep
"""Replaced in tests, where the clock of local AWS is moved instead."""


class WaitExpired(CliError):
    """What was waited for did not come in time."""


@dataclass(frozen=True)
class Pace:
    """The time at AWS, and the way to let it pass."""

    now: Callable[[], datetime]

    def sleep(self, seconds: float) -> None:
        sleep(seconds)

    def tries(self, at_most: timedelta, every: float, quick: float = 0) -> Iterator[None]:
        """When to try: often for the first half minute if ``quick`` is given, then ``every`` so many seconds.

        Ends with the time, or with as many tries as fit into it.
        """
        started, left = self.now(), int(at_most.total_seconds() / min(every, quick or every)) + 2
        while self.now() - started <= at_most and left > 0:
            left -= 1
            yield
            early = quick and self.now() - started < timedelta(seconds=30)
            self.sleep(quick if early else every)

    def looks(self, what: str, at_most: timedelta, every: float, quick: float = 0) -> Iterator[None]:
        """As `tries`, for what has to be seen.

        Raises:
            WaitExpired: ``what`` was not seen in time, or in so many looks.
        """
        yield from self.tries(at_most, every, quick)
        raise WaitExpired(f"{what} was not seen within {humanize(at_most.total_seconds())}")
