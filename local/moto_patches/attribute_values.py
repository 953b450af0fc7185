"""DynamoDB's attribute values are serialized by their own kind; moto tries all ten kinds on each of them.

That was most of the time of an answer (DynamoDB API reference, AttributeValue: a value has exactly one kind).
"""

import base64
from typing import Any

from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType


class AttributeValueSerializer(JSONSerializer):
    """DynamoDB's JSON."""

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue":
            serialized[key] = plain(value)
        else:
            super()._serialize_type_structure(serialized, value, shape, key)


def install() -> None:
    """Have DynamoDB's answers written by `AttributeValueSerializer`."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": AttributeValueSerializer}


def plain(value: Any) -> dict[str, Any]:
    """An attribute value of moto's, in its own class or as JSON already, as JSON."""
    document = value.to_json() if isinstance(value, DynamoType) else value
    ((kind, held),) = document.items()
    if kind == "M":
        held = {name: plain(each) for name, each in held.items()}
    elif kind == "L":
        held = [plain(each) for each in held]
    elif kind in {"S", "N"}:
        held = str(held)
    elif kind == "B":
        held = _encoded(held)
    elif kind == "BS":
        held = [_encoded(each) for each in held]
    return {kind: held}


def _encoded(held: bytes | str) -> str:
    """Bytes as JSON has them; what is a text is encoded already."""
    return held if isinstance(held, str) else base64.b64encode(held).decode()
