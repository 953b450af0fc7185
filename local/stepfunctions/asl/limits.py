"""The quotas that an execution can run into (AWS Step Functions guide, "Service quotas")."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local.stepfunctions.asl.failures import DATA_LIMIT, StateFailure

PAYLOAD_BYTES = 256 * 1024
"""Largest input, output or single assignment of a state, in bytes of UTF-8."""

VARIABLES_BYTES = 10 * 1024 * 1024
"""Largest total of an execution's variables."""

HISTORY_EVENTS = 25_000
"""An execution that reaches this many events fails."""

NAME_LENGTH = 80
NAME_KEPT = timedelta(days=90)
"""How long after its end an execution's name cannot be used again."""

INLINE_CONCURRENCY = 40
"""Iterations of an inline Map that run at once, whatever MaxConcurrency says."""

DISTRIBUTED_CONCURRENCY = 10_000
MAP_LABEL_LENGTH = 40
REDRIVE_PERIOD = timedelta(days=14)
REDRIVES = 1_000

FORBIDDEN_IN_NAMES = frozenset(' \t\n\r<>{}[]?*"#%\\^|~`$&,;:/')


LONGEST_SECONDS = 99_999_999
RANGES: Mapping[str, tuple[int, int]] = {
    "Seconds": (0, LONGEST_SECONDS),
    "TimeoutSeconds": (1, LONGEST_SECONDS),
    "HeartbeatSeconds": (1, LONGEST_SECONDS),
    "MaxConcurrency": (0, LONGEST_SECONDS),
    "ToleratedFailureCount": (0, LONGEST_SECONDS),
    "ToleratedFailurePercentage": (0, 100),
}
"""Least and most of a state's numbers."""


def whole_number_in_range(field: str, value: Any) -> bool:
    """Whether a number may be the value of a state's field: a whole one, except of a percentage."""
    low, high = RANGES[field]
    return (
        is_number(value)
        and low <= value <= high
        and (field == "ToleratedFailurePercentage" or value == int(value))
    )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def dump(value: Any) -> str:
    """A value as the JSON text that Step Functions stores and shows."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def too_large(text: str, most: int = PAYLOAD_BYTES) -> bool:
    """Whether a JSON text is longer than a quota; counts bytes of UTF-8."""
    return len(text) * 4 > most and len(text.encode()) > most


def dump_payload(value: Any, state: str) -> str:
    """A state's result as JSON text.

    Raises:
        StateFailure: States.DataLimitExceeded, it is larger than a payload may be.
    """
    text = dump(value)
    if too_large(text):
        raise StateFailure(
            DATA_LIMIT,
            f"The state/task '{state}' returned a result with a size exceeding the maximum number of bytes"
            " service limit.",
        )
    return text


def name_problem(name: str) -> str | None:
    """Why an execution cannot have this name, or None."""
    if not 1 <= len(name) <= NAME_LENGTH:
        return f"it has {len(name)} characters, 1 to {NAME_LENGTH} are allowed"
    wrong = next((char for char in name if char in FORBIDDEN_IN_NAMES or not char.isprintable()), None)
    return None if wrong is None else f"it contains {wrong!r}"
