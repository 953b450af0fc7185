"""Untrusted text on a terminal: names, tags, reasons and errors may hold any character."""

import difflib
import unicodedata
from collections.abc import Iterable

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories that move the cursor, reorder or hide text (Unicode Standard, table 4-4)."""


def clean(text: object) -> str:
    """``text`` on one line, with every control character escaped."""
    return "".join(_escape(character) for character in str(text))


def _escape(character: str) -> str:
    if unicodedata.category(character) not in HARMFUL:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?``, or nothing when no known name is similar."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f'; did you mean "{clean(near[0])}"?' if near else ""
