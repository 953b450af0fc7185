"""Explains pydantic's errors in sentences."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policy.document import Document
from policy.field_spec import EXPECTED
from policy.problems import Path, Problem, describe_value, quote
from policy.schema import json_schema, schema_of

_LONGEST_KEY = 100

_KEY = "[key]"
"""The last part of pydantic's location of a wrong key."""


def explain(error: ValidationError, document: Document) -> Iterator[Problem]:
    """One problem for each of pydantic's errors, about the same field of ``document``.

    A key that is missing because it is misspelled is one mistake, and reported once.
    """
    schema = json_schema()
    details = error.errors(include_url=False)
    misspelled = {
        _closest_key(detail["loc"], schema) for detail in details if detail["type"] == "extra_forbidden"
    }
    for detail in details:
        path = tuple(part for part in detail["loc"] if part != _KEY)
        if detail["type"] != "missing" or path not in misspelled:
            yield Problem(path, _message(detail, path, document, schema))


def expectation(schema: dict[str, Any]) -> str:
    """What the field with this schema must be, in words that continue "expected ..."."""
    if "errorMessage" in schema:
        return str(schema["errorMessage"]).removeprefix(EXPECTED)
    if schema.get("type") == "array":
        return "a list of at least one item" if schema.get("minItems") else "a list"
    if "properties" in schema:
        return f"the keys {', '.join(schema['properties'])}"
    return "keys with a list of values each"


def _message(detail: ErrorDetails, path: Path, document: Document, schema: dict[str, Any]) -> str:
    if detail["type"] == "missing":
        return f"is missing; expected {expectation(schema_of(schema, path))}"
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, schema)
    value = path[-1] if detail["loc"][-1] == _KEY else detail["input"]
    expected = (
        detail["ctx"]["expected"] if detail["type"] == "field_spec" else expectation(schema_of(schema, path))
    )
    return f"found {describe_value(value, document.raw.get(path))}; expected {expected}"


def _unknown_key(path: Path, schema: dict[str, Any]) -> str:
    meant = _closest_key(path, schema)
    hint = f'did you mean "{meant[-1]}"? ' if meant else ""
    allowed = ", ".join(_keys(path, schema))
    return f"found the unknown key {quote(str(path[-1]))}; {hint}expected one of {allowed}"


def _closest_key(path: Path, schema: dict[str, Any]) -> Path:
    """The known key most similar to the unknown one at ``path``; empty when none is."""
    near = get_close_matches(str(path[-1])[:_LONGEST_KEY], _keys(path, schema), n=1)
    return (*path[:-1], near[0]) if near else ()


def _keys(path: Path, schema: dict[str, Any]) -> list[str]:
    return list(schema_of(schema, path[:-1])["properties"])
