"""Access to the ledger's table: conditional writes, consistent and paged reads, and DynamoDB's values."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from steward.domain.errors import AwsUnavailable
from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

    from steward.adapters.ledger.keys import Key

KEYS_A_CALL = 100
"""BatchGetItem takes at most 100 keys (DynamoDB API reference)."""

ITEMS_A_CALL = 25
"""BatchWriteItem takes at most 25 items, and may leave some of them to the next call (the same)."""

TRIES = 8
"""The SDK retries a throttled call by itself; each try writes at least one item."""


class Records:
    """Records of one kind, for those who extend it."""

    def __init__(self, table: Table) -> None:
        self._table = table


def read_one(table: Table, key: Key) -> dict[str, Any] | None:
    """The record as it is now (a consistent read); None when there is none."""
    return table.get_item(Key=key, ConsistentRead=True).get("Item")


def conditional_write(table: Table, write: Callable[..., Any], **parameters: Any) -> bool:
    """Make a conditional write; False when its condition does not hold, and nothing was written."""
    try:
        write(**parameters)
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def write_unless_taken(table: Table, write: Callable[..., Any], **parameters: Any) -> dict[str, Any] | None:
    """Make a conditional write; None if its condition held, else the record that it found.

    DynamoDB does both at once: a record that is read after a failed write may be another one, or none.
    """
    try:
        write(**parameters, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    except table.meta.client.exceptions.ConditionalCheckFailedException as error:
        found: dict[str, Any] = error.response["Item"]  # type: ignore[typeddict-item]  # not in botocore's types
        return {name: next(iter(value.values())) for name, value in found.items()}
    return None


def query_all(table: Table, **query: Any) -> Iterator[dict[str, Any]]:
    """All that a query finds; the next page is read only when the caller gets to it."""
    while True:
        page = table.query(**query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def read_many(dynamodb: DynamoDBServiceResource, table: str, keys: list[Key]) -> list[dict[str, Any]]:
    """Consistent reads of many keys; DynamoDB may answer some of them only on the next request."""
    records: list[dict[str, Any]] = []
    for start in range(0, len(keys), KEYS_A_CALL):
        unread: Any = {table: {"Keys": keys[start : start + KEYS_A_CALL], "ConsistentRead": True}}
        while unread:
            answer = dynamodb.batch_get_item(RequestItems=unread)
            records.extend(answer["Responses"].get(table, []))
            unread = answer["UnprocessedKeys"]
    return records


def write_many(dynamodb: DynamoDBServiceResource, table: str, items: list[dict[str, Any]]) -> None:
    """Put many items, each of which replaces the one with its key.

    Raises:
        AwsUnavailable: DynamoDB did not take some of them, though it was asked `TRIES` times.
    """
    for start in range(0, len(items), ITEMS_A_CALL):
        unwritten: Any = {
            table: [{"PutRequest": {"Item": item}} for item in items[start : start + ITEMS_A_CALL]]
        }
        for _ in range(TRIES):
            unwritten = dynamodb.batch_write_item(RequestItems=unwritten)["UnprocessedItems"]
            if not unwritten:
                break
        else:
            raise AwsUnavailable(f"DynamoDB did not take {len(unwritten[table])} records in {TRIES} tries")


def storable(value: Any) -> Any:
    """A value as DynamoDB takes it: moments as text, no binary fractions, at any depth."""
    if isinstance(value, dict):
        return {key: storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    if isinstance(value, float):
        return Decimal(str(value))
    return format_moment(value) if hasattr(value, "isoformat") else value


def plain(value: Any) -> Any:
    """A value of a record as JSON has it: DynamoDB's numbers as int or float, at any depth."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
