"""Says in sentences why pydantic refused a policy."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from infra.policy.problems import Path, Problem, found, quoted
from infra.policy.schema import json_schema, schema_of
from infra.policy.wanted import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from infra.policy.document import Document

_KEY = "[key]"
"""Pydantic's last part of the location of a key that is wrong itself."""


def explained(error: ValidationError, document: Document) -> Iterator[Problem]:
    """One problem for each of pydantic's, about the same field of ``document``."""
    schema = json_schema()
    for detail in error.errors(include_url=False):
        path = tuple(part for part in detail["loc"] if part != _KEY)
        yield Problem(path, _says(detail, path, document, schema))


def expected(schema: dict[str, Any]) -> str:
    """What the field that ``schema`` describes has to be, in words that continue "expected ..."."""
    if "errorMessage" in schema:
        return str(schema["errorMessage"]).removeprefix(EXPECTED)
    if schema.get("type") == "array":
        return "a list of at least one item" if schema.get("minItems") else "a list"
    if "properties" in schema:
        return f"the keys {', '.join(schema['properties'])}"
    return "keys with a list of values each"


def _says(detail: ErrorDetails, path: Path, document: Document, schema: dict[str, Any]) -> str:
    if detail["type"] == "missing":
        return f"is missing; expected {expected(schema_of(schema, path))}"
    if detail["type"] == "extra_forbidden":
        return _unknown_key(str(path[-1]), list(schema_of(schema, path[:-1])["properties"]))
    value = path[-1] if detail["loc"][-1] == _KEY else detail["input"]
    wanted = detail["ctx"]["expected"] if detail["type"] == "wanted" else expected(schema_of(schema, path))
    return f"found {found(value, document.raw.get(path))}; expected {wanted}"


def _unknown_key(key: str, allowed: list[str]) -> str:
    near = get_close_matches(key[:100], allowed, n=1)
    hint = f'did you mean "{near[0]}"? ' if near else ""
    return f"found the unknown key {quoted(key)}; {hint}expected one of {', '.join(allowed)}"
