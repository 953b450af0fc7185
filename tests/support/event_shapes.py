"""The documented shapes of events, and whether an event has its own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[2] / "docs" / "events"


@cache
def shapes() -> dict[str, dict[str, Any]]:
    """The JSON Schemas of all details, by ``detail-type``."""
    read = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return {schema["title"]: schema for schema in read}


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(shapes()[kind], format_checker=Draft202012Validator.FORMAT_CHECKER)


def wrong_with(kind: str, detail: dict[str, Any]) -> list[str]:
    """What an event has that its shape does not allow, or does not tell of."""
    undocumented = sorted(detail.keys() - shapes()[kind]["properties"].keys())
    against = [f"{error.json_path}: {error.message}" for error in _validator(kind).iter_errors(detail)]
    return against + [f"$.{name}: is not documented" for name in undocumented]
