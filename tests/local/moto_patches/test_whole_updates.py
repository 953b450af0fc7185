"""DynamoDB's items over HTTP: binary values, the largest item, and updates that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.local_aws import local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

KB = 1000


@pytest.fixture(scope="module")
def table() -> Iterator[Any]:
    with local_aws() as aws:
        yield boto3.resource(
            "dynamodb",
            endpoint_url=aws.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        ).create_table(
            TableName="items",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


def update(table: Any, expression: str, **values: Any) -> Any:
    return table.update_item(
        Key={"pk": "item"},
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        ReturnValues="ALL_NEW",
    )["Attributes"]


def item(table: Any) -> Any:
    return table.get_item(Key={"pk": "item"}).get("Item")


def test_binary_values_come_back_as_they_were_put_at_any_depth(table: Any) -> None:
    put = {"pk": "item", "one": b"a\x00b", "set": {b"x", b"y"}, "deep": {"list": [b"z"]}}
    table.put_item(Item=put)
    changed = update(table, "SET more = :more", more=b"\xff")

    found = table.scan()["Items"]

    assert found == [changed]
    assert (bytes(found[0]["one"]), bytes(found[0]["more"])) == (b"a\x00b", b"\xff")
    assert {bytes(each) for each in found[0]["set"]} == {b"x", b"y"}
    assert bytes(found[0]["deep"]["list"][0]) == b"z"


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("SET m.x = :b, m.y = :b, n = :n", {"b": "x" * 300 * KB, "n": 2}),
        ("SET n = :n, a = :b, c = :b", {"b": "x" * 250 * KB, "n": 2}),
        ("SET l[0] = :b, l[1] = :b", {"b": "x" * 300 * KB}),
        ("ADD s :b", {"b": {"x" * 300 * KB, "y" * 300 * KB}}),
        ("SET n = :n, q = m.absent.deeper", {"n": 2}),
    ],
)
def test_a_refused_update_leaves_the_item_as_it_was(
    table: Any, expression: str, values: dict[str, Any]
) -> None:
    before = {"pk": "item", "n": 1, "m": {"z": "z"}, "l": ["a", "b"], "s": {"s"}}
    table.put_item(Item=before)

    with pytest.raises(ClientError, match="ValidationException"):
        update(table, expression, **values)

    assert item(table) == before


def test_a_refused_update_makes_no_item(table: Any) -> None:
    table.delete_item(Key={"pk": "item"})

    with pytest.raises(ClientError, match="ValidationException"):
        update(table, "SET a = :b, c = :b", b="x" * 250 * KB)

    assert item(table) is None


def test_an_item_grows_up_to_the_limit_by_many_updates_and_by_one_put_no_further(table: Any) -> None:
    table.put_item(Item={"pk": "item", "a": "x" * 390 * KB})
    for _ in range(3):
        update(table, "SET a = :b", b="y" * 390 * KB)

    with pytest.raises(ClientError, match="ValidationException"):
        table.put_item(Item={"pk": "item", "a": "x" * 390 * KB, "b": "y" * 390 * KB})

    assert item(table) == {"pk": "item", "a": "y" * 390 * KB}


def test_an_update_without_an_expression_makes_an_item_of_its_key(table: Any) -> None:
    table.update_item(Key={"pk": "bare"})

    assert table.get_item(Key={"pk": "bare"})["Item"] == {"pk": "bare"}
