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

UNITS, UNIT_STEP = ("MB", "GB", "TB", "PB"), 1024
ENDLESS = 1e15
"""Numbers from here on, and what is no number, are no measure of anything here."""

LONG = 100
"""From here on a size needs no decimal."""


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
    unit = next((n for n in range(len(UNITS) - 1) if abs(megabytes) < UNIT_STEP ** (n + 1)), len(UNITS) - 1)
    amount = megabytes / UNIT_STEP**unit
    digits = 0 if unit == 0 or abs(amount) >= LONG else 1
    return f"{amount:,.{digits}f} {UNITS[unit]}"


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
    """A JSON number; None for anything else, and for what no sum can be made with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < ENDLESS else None
