"""Items of DynamoDB: whoever reads one while it is written sees it before or after, never half-way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.responses import DynamoHandler

from local.moto_patches import whole_items
from tests.support.local_aws import local_aws

if TYPE_CHECKING:
    import pytest

KEY = {"pk": {"S": "CLUSTER#sales"}}


def read_during_write(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What another client sees of an item whose first update is under way."""
    observed: list[dict[str, Any]] = []
    execute = UpdateExpressionExecutor.execute
    with local_aws() as aws:
        dynamodb = aws.client("dynamodb")
        schema = {"AttributeName": "pk", "KeyType": "HASH"}
        kind = {"AttributeName": "pk", "AttributeType": "S"}
        dynamodb.create_table(
            TableName="ledger", KeySchema=[schema], AttributeDefinitions=[kind], BillingMode="PAY_PER_REQUEST"
        )
        reader = threading.Thread(
            target=lambda: observed.append(dynamodb.get_item(TableName="ledger", Key=KEY).get("Item", {}))
        )

        def slowly(executor: UpdateExpressionExecutor, *arguments: Any) -> Any:
            if reader.ident is None:  # it calls itself for each part of the expression
                reader.start()
                reader.join(0.2)
            return execute(executor, *arguments)

        monkeypatch.setattr(UpdateExpressionExecutor, "execute", slowly)
        dynamodb.update_item(
            TableName="ledger",
            Key=KEY,
            UpdateExpression="SET holder = :name",
            ExpressionAttributeValues={":name": {"S": "sales"}},
        )
        reader.join()
    return observed[0]


def test_a_reader_sees_the_item_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_during_write(monkeypatch) == KEY | {"holder": {"S": "sales"}}


def test_moto_itself_still_shows_it_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_items, "install", lambda: None)
    monkeypatch.setattr(DynamoHandler, "call_action", whole_items._call_in_moto)

    assert read_during_write(monkeypatch) == KEY
