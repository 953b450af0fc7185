"""Text from tags, names, errors and people, made safe to show; and values of any JSON type, read safely."""

import re
from typing import Any

LONGEST = 2_000
"""Characters of one text on a page; report.json has the rest."""

INVISIBLE = re.compile(
    # controls but tab and line feed; marks that turn the direction of text; zero width; surrogates; tags
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that a browser obeys or hides (Unicode TR36, "Bidirectional Text Spoofing")."""

CONTROL_PICTURES = 0x2400
"""Code point of the first of Unicode's pictures of the control characters, in their order."""

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
"""Abbreviations that keep their capitals in labels."""

UNITS, UNIT_STEP = ("MB", "GB", "TB", "PB"), 1024
LARGEST_NUMBER = 1e15
"""A larger number measures nothing on these pages, and is treated as missing."""

NO_DECIMAL_FROM = 100
"""A size from here on is written without a decimal."""


def clean(value: Any) -> Any:
    """Text with invisible characters made visible, cut at `LONGEST`; other values unchanged."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    if len(value) > LONGEST:
        value = f"{value[:LONGEST]}… and {len(value) - LONGEST:,} more characters, all in report.json"
    return INVISIBLE.sub(_visible, value)


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(CONTROL_PICTURES + code) if code < 0x20 else f"[U+{code:04X}]"  # noqa: PLR2004  # the C0 controls


def label(name: str) -> str:
    """A field name as text: ``kms_key`` becomes "KMS key"."""
    words = [WORDS.get(word.lower(), word) for word in re.split(r"[_\s-]+", name) if word]
    text = " ".join(words) or name
    return text[:1].upper() + text[1:]


def pluralize(count: int, one: str, many: str = "") -> str:
    """``1 cluster``, ``1,000 clusters``; ``many`` is the plural when it is not ``one`` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(megabytes: float) -> str:
    """A size in the largest unit with a whole part: "3.2 TB"; Redshift gives megabytes."""
    unit = next((n for n in range(len(UNITS) - 1) if abs(megabytes) < UNIT_STEP ** (n + 1)), len(UNITS) - 1)
    amount = megabytes / UNIT_STEP**unit
    digits = 0 if unit == 0 or abs(amount) >= NO_DECIMAL_FROM else 1
    return f"{amount:,.{digits}f} {UNITS[unit]}"


def as_list(value: Any) -> list[Any]:
    """The items of a JSON list; empty for any other value."""
    return list(value) if isinstance(value, list | tuple) else []


def as_dict(value: Any) -> dict[str, Any]:
    """The fields of a JSON object; empty for any other value."""
    return {str(key): entry for key, entry in value.items()} if hasattr(value, "items") else {}


def as_text(value: Any) -> str:
    """Empty for None, else ``str(value)``."""
    return "" if value is None else str(value)


def as_number(value: Any) -> float | None:
    """A JSON number below `LARGEST_NUMBER`; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < LARGEST_NUMBER else None
