"""Retry: which failures of a state are tried again, and after which pause."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from local.stepfunctions.asl.failures import StateFailure, matches

DEFAULT_INTERVAL = 1
DEFAULT_ATTEMPTS = 3
DEFAULT_BACKOFF = 2.0


class Retries:
    """The retriers of one state execution, each with its own count of attempts.

    Args:
        retriers: The state's ``Retry`` list.
        random: Where full jitter comes from.
    """

    def __init__(self, retriers: Sequence[Mapping[str, Any]], random: Random) -> None:
        self._retriers = retriers
        self._random = random
        self._attempts = [0] * len(retriers)

    def pause(self, failure: StateFailure) -> float | None:
        """Seconds to wait before the next attempt, or None when the failure stands."""
        for position, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], failure.error):
                return self._next_pause(position, retrier)
        return None

    def _next_pause(self, position: int, retrier: Mapping[str, Any]) -> float | None:
        attempt = self._attempts[position]
        if attempt >= retrier.get("MaxAttempts", DEFAULT_ATTEMPTS):
            return None
        self._attempts[position] += 1
        seconds = interval(retrier, attempt)
        return self._random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


def interval(retrier: Mapping[str, Any], attempt: int) -> float:
    """Seconds before retry number ``attempt`` (from 0), without jitter.

    ``IntervalSeconds * BackoffRate ** attempt``, at most ``MaxDelaySeconds`` (AWS Step Functions guide,
    "Retrying after an error").
    """
    first: float = retrier.get("IntervalSeconds", DEFAULT_INTERVAL)
    ceiling: float = retrier.get("MaxDelaySeconds", float("inf"))
    seconds = first
    for _ in range(attempt):
        if seconds >= ceiling:
            break
        seconds *= retrier.get("BackoffRate", DEFAULT_BACKOFF)
    return min(seconds, ceiling)
