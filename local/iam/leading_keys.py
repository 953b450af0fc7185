"""``dynamodb:LeadingKeys``: the partition keys of the items that a call names.

Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models import dynamodb_backends

EQUALS = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")


def hash_key(account: str, region: str, table_arn: str, index: str | None) -> str:
    """The name of a table's or an index's partition key; empty for a table that there is not."""
    table = dynamodb_backends[account][region].tables.get(table_arn.rpartition("table/")[2])
    if table is None:
        return ""
    if index is None:
        return str(table.hash_key_attr)
    schemas = (each.schema for each in [*table.global_indexes, *table.indexes] if each.name == index)
    found = (part["AttributeName"] for schema in schemas for part in schema if part["KeyType"] == "HASH")
    return str(next(found, ""))


def requests_of_batch(about: Any) -> list[Mapping[str, Any]]:
    """The single reads or writes of one table in a batch."""
    if isinstance(about, dict):
        return [{"Key": key} for key in about.get("Keys") or []]
    return [request for each in about or [] for request in each.values()]


def leading_keys(name: str, requests: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The values of the partition key in single reads, writes or queries."""
    return tuple(value for each in requests if (value := _value(name, each)) is not None)


def _value(name: str, request: Mapping[str, Any]) -> str | None:
    for member in ("Key", "Item"):
        if name in (request.get(member) or {}):
            return _text(request[member][name])
    names, values = (
        request.get("ExpressionAttributeNames") or {},
        request.get("ExpressionAttributeValues") or {},
    )
    for left, right in EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(left, left) == name and right in values:
            return _text(values[right])
    condition = (request.get("KeyConditions") or {}).get(name, {})
    return _text(condition["AttributeValueList"][0]) if condition.get("ComparisonOperator") == "EQ" else None


def _text(value: Mapping[str, Any]) -> str:
    return str(next(iter(value.values())))
