"""Items of DynamoDB: each tree of values is copied, measured and written as moto does it, in one pass."""

from __future__ import annotations

from typing import Any

import pytest
from moto.dynamodb.models import dynamo_type
from moto.dynamodb.models.dynamo_type import DynamoType

from local.moto_patches.attribute_trees import IN_MOTO, copy_tree, size, to_plain_json

VALUES: list[dict[str, Any]] = [
    {"S": "Größe"},
    {"N": "12.5"},
    {"BOOL": False},
    {"NULL": True},
    {"B": "AP8="},
    {"SS": ["a", "b"]},
    {"NS": ["1", "22"]},
    {"L": [{"S": "one"}, {"L": []}]},
    {"M": {"größe": {"L": [{"M": {"S": {"S": "a name like a kind"}}}, {"N": "1"}]}}},
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_tree_has_the_size_and_the_document_that_moto_says(
    value: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = DynamoType(value)
    ours = (size(tree), to_plain_json(tree))
    for name, original in IN_MOTO.items():
        monkeypatch.setattr(DynamoType, name, original)
    assert ours == (tree.size(), tree.to_regular_json())


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_copy_is_equal_and_shares_no_part_that_can_change(value: dict[str, Any]) -> None:
    tree = DynamoType(value)
    copied = copy_tree(tree)
    assert copied == tree
    assert not _containers(copied) & _containers(tree)


def _containers(value: DynamoType) -> set[int]:
    parts = {"M": dict.values, "L": list}[value.type](value.value) if value.type in {"M", "L"} else []
    own = {id(value)} | ({id(value.value)} if isinstance(value.value, dict | list) else set())
    return own.union(*(_containers(each) for each in parts))


def test_moto_itself_copies_the_tree_at_each_level() -> None:
    made: list[object] = []

    class Watched(DynamoType):
        def __init__(self, value: Any) -> None:
            made.append(value)
            super().__init__(value)

    original = dynamo_type.DynamoType
    dynamo_type.DynamoType = Watched  # type: ignore[misc]
    try:
        IN_MOTO["size"](original({"M": {"a": {"M": {"b": {"S": "c"}}}}}))
    finally:
        dynamo_type.DynamoType = original  # type: ignore[misc]
    assert len(made) > 1
