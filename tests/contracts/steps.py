"""The contract of each function, as the annotations of its step have it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import EnumMeta, StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from steward import handlers
from steward.domain import messages

FOLDER = Path(handlers.__file__).parent
HANDLERS = sorted(
    ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    for path in FOLDER.rglob("*.py")
    if "= make_handler(" in path.read_text(encoding="utf-8")
)
"""Every function whose events and answers are messages, by handler: all but the approvals API."""

BASES = {
    base.id
    for node in ast.parse(Path(messages.__file__).read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
    for base in node.bases
    if isinstance(base, ast.Name)
}
"""Names of the messages that only give their keys to others."""


@dataclass(frozen=True)
class Contract:
    """A step's event, and the types that it can answer: one for each way to go on."""

    event: Any
    answers: tuple[Any, ...]

    @property
    def item(self) -> Any:
        """The type of the plan's item in the event."""
        return get_type_hints(self.event)["item"]

    def going_on(self) -> dict[StrEnum, Any]:
        """The type of the answer by its ``next``; empty for a function that no Choice follows."""
        return {each: answer for answer in self.answers for each in next_of(answer)}


@cache
def contract(handler: str) -> Contract:
    """The contract of the function of a handler, such as ``rotate_keys.start``."""
    step = getattr(import_module(f"steward.steps.{handler}"), handler.rpartition(".")[2])
    hints = get_type_hints(step)
    answer = hints["return"]
    return Contract(hints["event"], get_args(answer) if isinstance(answer, UnionType) else (answer,))


def next_of(answer: Any) -> set[StrEnum]:
    """The values that ``next`` can have in an answer."""
    return _members(get_type_hints(answer).get("next")) if is_typeddict(answer) else set()


def _members(hint: Any) -> set[StrEnum]:
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    if isinstance(hint, EnumMeta):
        return set(hint)  # type: ignore[arg-type]  # every `next` is a StrEnum
    return {each for part in get_args(hint) for each in _members(part)}


def wrong_paths(kind: Any, paths: set[str]) -> set[str]:
    """Those of ``paths``, such as ``request.reason``, that do not exist in a message of type ``kind``."""
    return {path for path in paths if not _exists(kind, path.split("."))}


def _exists(kind: Any, path: list[str]) -> bool:
    if not path or get_origin(kind) is dict or kind is Any:
        return True
    return (
        is_typeddict(kind)
        and path[0] in (hints := get_type_hints(kind))
        and _exists(hints[path[0]], path[1:])
    )
