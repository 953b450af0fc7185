"""Patterns of policies: ``*`` and ``?``, and variables such as ``${aws:username}``.

IAM user guide, "IAM JSON policy elements: Resource" and "Policy elements: Variables and tags".
"""

import functools
import re
from collections.abc import Mapping

RequestContext = dict[str, tuple[str, ...]]
"""What is known of a request: condition keys in lower case, each with its values."""

ReadContext = Mapping[str, tuple[str, ...]]
"""A `RequestContext` that is only looked at."""

VARIABLE = re.compile(r"\$\{([^,}]+)(?:,\s*'([^']*)')?\}")
LITERALS = {"*": "*", "?": "?", "$": "$"}
"""``${*}``, ``${?}`` and ``${$}`` stand for the characters themselves."""

ESCAPED = {"*": "\ue000", "?": "\ue001"}
"""Stand-ins that are no wildcards (private use area of Unicode)."""


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern with ``*`` and ``?`` matches the whole text."""
    return _compile(pattern, ignore_case).fullmatch(text) is not None


def substitute_variables(text: str, context: ReadContext) -> str | None:
    """A text with its variables replaced; None if one has no single value and no default."""
    if "${" not in text:
        return text
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        if match[1] in LITERALS:
            return ESCAPED.get(match[1], match[1])
        values = context.get(match[1].strip().lower(), ())
        if len(values) != 1 and match[2] is None:
            missing = True
        found = values[0] if len(values) == 1 else match[2] or ""
        return "".join(ESCAPED.get(character, character) for character in found)

    replaced = VARIABLE.sub(value, text)
    return None if missing else replaced


def plain(text: str) -> str:
    """A substituted text in which stand-ins are the characters that they stand for."""
    for character, stand_in in ESCAPED.items():
        text = text.replace(stand_in, character)
    return text


@functools.lru_cache(maxsize=4096)
def _compile(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 - lru_cache passes it on
    parts = {"*": ".*", "?": "."} | {stand_in: re.escape(each) for each, stand_in in ESCAPED.items()}
    expression = "".join(parts.get(character, re.escape(character)) for character in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
