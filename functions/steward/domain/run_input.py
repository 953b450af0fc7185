"""The input of an execution: what one run is asked to do beyond what the policy says.

The same shape serves the schedule, the console, the CLI and other people's state machines; ``{}`` does what
the schedule does.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from steward.domain.errors import BadInput

KEYS = {
    "clusters": "a list of cluster identifiers: only these, instead of the policy's selection",
    "dry_run": "true to plan and report without touching anything",
    "force": "true to act although not due (needs clusters)",
    "ignore_window": "true to start although the change window is closed (needs clusters)",
    "scheduled_at": "set by the schedule: the moment that this run was scheduled for",
}
"""Every key that an execution's input may have, and what it does."""


@dataclass(frozen=True)
class RunInput:
    """A valid input; ``clusters`` is None when the policy selects."""

    clusters: tuple[str, ...] | None = None
    dry_run: bool = False
    force: bool = False
    ignore_window: bool = False
    scheduled_at: str = ""


def parse_run_input(document: Any) -> RunInput:
    """The input in ``document``, which may be any JSON value.

    Raises:
        BadInput: With one sentence that names the field, what was found and what is allowed.
    """
    if not isinstance(document, dict):
        raise BadInput(
            f"the execution's input must be an object such as {{}}, but it is {_kind(document)}; "
            f"allowed keys are {', '.join(KEYS)}"
        )
    _refuse_unknown(document)
    clusters = _clusters(document)
    force, ignore_window = _flag(document, "force"), _flag(document, "ignore_window")
    for key, wanted in (("force", force), ("ignore_window", ignore_window)):
        if wanted and clusters is None:
            raise BadInput(f'{key}: needs "clusters", so that the whole fleet is never meant by accident')
    scheduled_at = _text(document, "scheduled_at")
    return RunInput(clusters, _flag(document, "dry_run"), force, ignore_window, scheduled_at)


def _refuse_unknown(document: dict[str, Any]) -> None:
    for key in document:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise BadInput(
                f'"{_short(key)}" is not a key of the input{hint}; allowed keys are {", ".join(KEYS)}'
            )


def _clusters(document: dict[str, Any]) -> tuple[str, ...] | None:
    if "clusters" not in document:
        return None
    found = document["clusters"]
    if not isinstance(found, list):
        raise BadInput(f"clusters: must be a list of cluster identifiers, but it is {_kind(found)}")
    if not found:
        raise BadInput("clusters: is an empty list; name at least one cluster, or leave the key out")
    for index, name in enumerate(found):
        if not isinstance(name, str) or not name.strip():
            raise BadInput(f"clusters[{index}]: must be a cluster identifier, but it is {_kind(name)}")
    return tuple(dict.fromkeys(name.strip().lower() for name in found))


def _flag(document: dict[str, Any], key: str) -> bool:
    found = document.get(key, False)
    if not isinstance(found, bool):
        raise BadInput(f"{key}: must be true or false, but it is {_kind(found)}")
    return found


def _text(document: dict[str, Any], key: str) -> str:
    found = document.get(key, "")
    if not isinstance(found, str):
        raise BadInput(f"{key}: must be a string, but it is {_kind(found)}")
    return found


def _kind(value: Any) -> str:
    """What a JSON value is, in JSON's words, short enough for a sentence."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the string "{_short(value)}"' if value.strip() else "an empty string"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else f"the number {value}"


def _short(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[:longest] + "…"
