"""Durations as people write them in the policy ("90 days") and read them in reasons ("19 h 12 min").

Inside the program a duration is a whole number of seconds.
"""

import re

SECONDS_PER_UNIT = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
"""The units a policy may use, in the singular, smallest first."""

DURATION_PATTERN = r"^[1-9][0-9]{0,6} (minute|hour|day|week)s?$"
"""The regular expression of a duration; ECMA-262 and Python read it the same way."""

EXPECTED_DURATION = 'a whole number and a unit (minutes, hours, days, weeks), for example "90 days"'
"""What a duration looks like, in words."""

_SHORT_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def parse_duration(text: str) -> int:
    """The seconds that ``text`` stands for; singular and plural mean the same.

    Raises:
        ValueError: ``text`` is no duration; the message says what one looks like.
    """
    # fullmatch, because Python's `$` would let a trailing line break through
    match = re.fullmatch(DURATION_PATTERN.strip("^$"), text)
    if match is None:
        raise ValueError(f"expected {EXPECTED_DURATION}")
    return int(text.split(maxsplit=1)[0]) * SECONDS_PER_UNIT[match[1]]


def humanize(seconds: float) -> str:
    """``seconds`` in at most two neighbouring units: "3 days", "3 days 4 h", "19 h 12 min", "45 s".

    Rounded down, so that nothing reads as over before it is. A negative duration (two clocks that
    disagree) reads as "0 s".
    """
    left = max(0, int(seconds))
    index = next((i for i, (_, size) in enumerate(_SHORT_UNITS) if left >= size), len(_SHORT_UNITS) - 1)
    parts: list[str] = []
    for unit, size in _SHORT_UNITS[index : index + 2]:
        count, left = divmod(left, size)
        if count or not parts:
            parts.append(f"{count} {unit}s" if unit == "day" and count != 1 else f"{count} {unit}")
    return " ".join(parts)
