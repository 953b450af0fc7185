"""What is wrong with a policy file, as sentences: file, line, field, what was found, what is allowed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""The position of a value: keys and list indexes, from the top of the file."""

LONGEST_SHOWN = 60
"""Characters: a longer value is described by its length."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: ``says`` completes a sentence that begins with the field's name.

    Attributes:
        path: The field.
        says: What was found and what is allowed.
        line: The line, if it is not the field's own.
    """

    path: Path
    message: str
    line: int | None = None


class PolicyError(Exception):
    """The policy file is wrong; the text has one line for each problem."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


def field_name(path: Path) -> str:
    """``path`` as people write it: rotate_keys.blackouts[0].select."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            shown = part if re.fullmatch(r"[\w:-]{1,60}", part) else f"<{quote(part)}>"
            name += f".{shown}" if name else shown
    return name


def describe_value(value: Any, raw: str | None) -> str:
    """``value`` in a sentence: one line, never long. ``raw`` is a scalar's text in the file."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list | dict):
        kind = "list" if isinstance(value, list) else "mapping of keys to values"
        return f"a {kind}" if value else f"an empty {kind}"
    return str(value).lower() if isinstance(value, bool) else f"the number {raw or value}"


def quote(text: str) -> str:
    """``text`` in quotes with control characters escaped; only its length when it is long."""
    if len(text) > LONGEST_SHOWN:
        return f"text of {len(text):,} characters"
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f'"{shown}"'
