"""Text from tags, names, errors and people, made fit to be seen: nothing hidden in it, nothing endless."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 2_000
"""Characters of one text on a page; report.json has all of it."""

UNSEEN = re.compile(
    # controls but tab and line feed; marks that turn the direction of text; zero width; surrogates; tags
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What a browser would obey or hide instead of showing it (Unicode TR36, "Bidirectional Text Spoofing")."""

CONTROL_PICTURES = 0x2400
"""Unicode's pictures of the control characters begin here, in the order of the characters."""

WORDS = {
    "arn": "ARN",
    "arns": "ARNs",
    "aws": "AWS",
    "iam": "IAM",
    "id": "ID",
    "kms": "KMS",
    "mb": "MB",
    "utc": "UTC",
    "url": "URL",
}
"""Words that are not written in small letters."""

FIRST_UNIT, UNIT_STEP = 1, 1024
UNITS = ("MB", "GB", "TB", "PB")


def clean(value: Any) -> Any:
    """Text with every unseen character shown and no more of it than `LONGEST`; anything else as it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    if len(value) > LONGEST:
        value = f"{value[:LONGEST]}… and {len(value) - LONGEST:,} more characters, all of them in report.json"
    return UNSEEN.sub(_shown, value)


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(CONTROL_PICTURES + code) if code < 0x20 else f"[U+{code:04X}]"  # noqa: PLR2004  # the C0 controls


def label(name: str) -> str:
    """The name of a field in words: ``kms_key`` is "KMS key"."""
    words = [WORDS.get(word.lower(), word) for word in re.split(r"[_\s-]+", name) if word]
    text = " ".join(words) or name
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 cluster", "1,000 clusters"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(megabytes: float) -> str:
    """A size that Redshift gives in megabytes, in the largest unit that leaves a whole part: "3.2 TB"."""
    amount, unit = megabytes, UNITS[0]
    for unit in UNITS:  # noqa: B007  # the last unit is wanted after the loop
        if abs(amount) < UNIT_STEP:
            break
        amount /= UNIT_STEP
    digits = 0 if unit == UNITS[0] or abs(amount) >= 100 else 1  # noqa: PLR2004  # three digits are enough
    return f"{amount:,.{digits}f} {unit}"


def listed(value: Any) -> list[Any]:
    """The items of a JSON list; anything else has none."""
    return list(value) if isinstance(value, list | tuple) else []


def mapped(value: Any) -> dict[str, Any]:
    """The fields of a JSON object; anything else has none."""
    return {str(key): entry for key, entry in value.items()} if hasattr(value, "items") else {}


def text(value: Any) -> str:
    """A field that should be a text, as a text; empty when it is missing."""
    return "" if value is None else str(value)


def number(value: Any) -> float | None:
    """A JSON number; None for anything else, and for what only looks like one."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
