"""An update of DynamoDB is made whole or not at all; moto leaves behind what it wrote before it refused.

DynamoDB developer guide, "Working with items": a write of one item is atomic, and no item is above 400 KB.
API reference, UpdateItem: without an expression an item of the key alone is created, unless it exists.
"""

import copy
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge, ItemSizeToUpdateTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item

LARGEST_ITEM = 405_000
"""Bytes; moto's own bound, a little above DynamoDB's 400 KB."""

_update_in_moto = DynamoDBBackend.update_item
_make_in_moto = Item.__init__


def install() -> None:
    """Have each update and each new item checked as a whole."""
    DynamoDBBackend.update_item = _update  # type: ignore[method-assign,assignment] # the same update
    Item.__init__ = _make  # type: ignore[method-assign,assignment] # the same item


def _make(item: Item, *arguments: Any, **named: Any) -> None:
    _make_in_moto(item, *arguments, **named)
    if item.size() > LARGEST_ITEM:
        raise ItemSizeTooLarge


def _update(backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *rest: Any, **named: Any) -> Any:
    before = copy.deepcopy(backend.get_item(table_name, key))
    if not named.get("update_expression") and named.get("attribute_updates") is None:
        named["attribute_updates"] = {}
    try:
        item = _update_in_moto(backend, table_name, key, *rest, **named)
        if item.size() > LARGEST_ITEM:
            raise ItemSizeToUpdateTooLarge  # noqa: TRY301 - it is put back like whatever moto refuses
    except Exception:
        _put_back(backend, table_name, key, before)
        raise
    return item


def _put_back(backend: DynamoDBBackend, table_name: str, key: dict[str, Any], before: Item | None) -> None:
    now = backend.get_item(table_name, key)
    if before is not None and now is not None:
        now.attrs = before.attrs
    elif now is not None:
        backend.get_table(table_name).delete_item(now.hash_key, now.range_key)
