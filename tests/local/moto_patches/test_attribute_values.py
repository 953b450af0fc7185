"""Answers of DynamoDB: every kind of value is written as moto would, only without looking for the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.core.serialize import JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.models.dynamo_type import DynamoType

from local.moto_patches.attribute_values import AttributeValueSerializer

VALUES: list[dict[str, Any]] = [
    {"S": "Größe"},
    {"S": ""},
    {"N": "12.5"},
    {"BOOL": False},
    {"NULL": True},
    {"SS": ["a", "b"]},
    {"NS": ["1", "2"]},
    {"L": []},
    {"M": {}},
    {"M": {"deep": {"L": [{"M": {"S": {"S": "a name like a kind"}}}, {"N": "1"}]}}},
]


def serialize(serializer: type[JSONSerializer], value: Any) -> Any:
    """The body of GetItem's answer."""
    operation = get_service_model("dynamodb").operation_model("GetItem")
    return json.loads(serializer(operation).serialize({"Item": {"pk": value}})["body"])


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_is_written_as_it_is(value: dict[str, Any]) -> None:
    assert serialize(AttributeValueSerializer, value) == {"Item": {"pk": value}}
    assert serialize(AttributeValueSerializer, DynamoType(value)) == {"Item": {"pk": value}}


def test_bytes_are_written_as_base64() -> None:
    assert serialize(AttributeValueSerializer, DynamoType({"B": b"\x00\xff"})) == {
        "Item": {"pk": {"B": "AP8="}}
    }


def test_moto_itself_looks_for_every_kind_in_every_value() -> None:
    looked: list[str] = []

    class Watched(JSONSerializer):
        def get_value(self, value: Any, key: str, shape: Any) -> Any:
            looked.append(key)
            return super().get_value(value, key, shape)

    serialize(Watched, {"S": "one"})
    assert {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"} <= set(looked)
