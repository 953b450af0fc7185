"""The policy's JSON Schema (2020-12): editors complete and check `fleet.yaml` with it."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from policy.models import Policy
from policy.problems import Path

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Pydantic's, which for mappings has no rule that refuses a key."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        return {
            "type": "object",
            "propertyNames": self.generate_inner(schema["keys_schema"]),
            "additionalProperties": self.generate_inner(schema["values_schema"]),
        }


def json_schema() -> dict[str, Any]:
    schema = _tidy(Policy.model_json_schema(schema_generator=_Generator))
    return {"$schema": DIALECT, **schema}


def schema_text() -> str:
    """The content of `fleet.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def schema_of(schema: dict[str, Any], path: Path) -> dict[str, Any]:
    """The part of ``schema`` for the field at ``path``; empty for an unknown field."""
    node = _resolve_ref(schema, schema)
    for part in path:
        inner = node.get("items") if isinstance(part, int) else _property(node, part)
        node = _resolve_ref(schema, inner or {})
    return node


def _property(node: dict[str, Any], key: str) -> dict[str, Any] | None:
    properties: dict[str, Any] = node.get("properties", {})
    others = node.get("additionalProperties")
    found: dict[str, Any] | None = properties.get(key, others if isinstance(others, dict) else None)
    return found


def _resolve_ref(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: dict[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return target


def _tidy(node: Any) -> Any:
    """Remove what pydantic adds for Python: nullable fields, and defaults that are not worth showing."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidy(value) for key, value in node.items() if not _is_default(key, value)}
    if "properties" in node:
        # a property may be named default
        kept["properties"] = {key: _tidy(value) for key, value in node["properties"].items()}
    choices = kept.get("anyOf", [])
    if {"type": "null"} in choices:
        del kept["anyOf"]
        kept |= next(choice for choice in choices if choice != {"type": "null"})
    return kept


def _is_default(key: str, value: Any) -> bool:
    return key == "default" and (value is None or isinstance(value, dict))
