"""Attribute values are copied, measured and written in one pass; moto copies the rest at each level.

An operation's record is a few levels deep, and has a hundred values: the copies were most of the time of a
write.
"""

import base64
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict

IN_MOTO = {name: getattr(DynamoType, name) for name in ("size", "to_regular_json")}
"""As they are before `install`."""


def install() -> None:
    """Replace moto's recursions."""
    DynamoType.__deepcopy__ = _copy  # type: ignore[method-assign,assignment] # the same tree
    DynamoType.size = size  # type: ignore[method-assign,assignment] # the same number
    DynamoType.to_regular_json = to_plain_json  # type: ignore[method-assign,assignment] # the same document
    LimitedSizeDict.__setitem__ = dict.__setitem__  # type: ignore[method-assign] # see whole_updates


def _copy(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """A copy of the whole tree; it has no circle, so that ``memo`` has no use."""
    del memo
    return copy_tree(value)


def copy_tree(value: DynamoType) -> DynamoType:
    """A value that shares nothing with another one."""
    copied = DynamoType.__new__(DynamoType)
    copied.type, held = value.type, value.value
    if copied.type == "M":
        held = {name: copy_tree(each) for name, each in held.items()}
    elif copied.type == "L":
        held = [copy_tree(each) for each in held]
    elif isinstance(held, list):
        held = list(held)
    copied.value = held
    return copied


def size(value: DynamoType) -> int:
    """Bytes, as moto counts them."""
    kind, held = value.type, value.value
    if kind == "S":
        return len(held) if held.isascii() else len(held.encode())
    if kind == "M":
        return sum([len(name.encode()) + size(each) for name, each in held.items()])
    if kind == "L":
        return sum([size(each) for each in held])
    return int(IN_MOTO["size"](value))


def to_plain_json(value: DynamoType) -> dict[str, Any]:
    """A value as JSON; a binary one as bytes, as moto has it."""
    held = value.value
    if value.type == "M":
        held = {name: to_plain_json(each) for name, each in held.items()}
    elif value.type == "L":
        held = [to_plain_json(each) for each in held]
    elif isinstance(held, list):
        held = list(held)
    elif value.type == "B" and isinstance(held, str):
        held = base64.b64decode(held)
    return {value.type: held}
