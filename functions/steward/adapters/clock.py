"""The time of day, for what must not rest on the moment at which an event was made."""

import time
from datetime import UTC, datetime

from steward.adapters.grants import Grant


class Clock:
    """Reads the machine's clock; local AWS answers it with virtual time."""

    GRANTS: tuple[Grant, ...] = ()

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)
