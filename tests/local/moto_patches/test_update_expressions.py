"""Update expressions: remembered and walked without detours, they do what moto makes them do."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from local.moto_patches import update_expressions
from local.moto_patches.update_expressions import IN_MOTO

VALUES: dict[str, Any] = {":one": 1, ":text": "new", ":none": [], ":more": [{"at": "now"}], ":gone": {"b"}}
EXPRESSIONS = [
    "SET #count = if_not_exists(#count, :one) + :one",
    "SET #count = #count + :one, #text = :text REMOVE #list[0], #list[2]",
    "SET #list = list_append(if_not_exists(#list, :none), :more), #deep.#text = :text",
    "SET #list[1] = :text, #other = #deep REMOVE #text",
    "ADD #count :one, #set :gone",
    "DELETE #set :gone",
    "SET #deep.#other.#text = :text",
    "SET #text = :text SET #count = :one",
    "SET #text = :text, #text = :text",
    "SET #text = #list",
    "SET #unknown = :text",
    "REMOVE #list[x]",
    "SET",
]
NAMES = {f"#{name}": name for name in ("count", "text", "list", "deep", "other", "set")}


def outcome(expression: str) -> Any:
    """An item after an update, twice, and what each of both answered."""
    with mock_aws():
        table = boto3.resource("dynamodb", region_name="eu-central-1").create_table(
            TableName="ledger",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        item = {"count": 4, "text": "old", "list": ["a", "b", "c"], "deep": {"text": "x"}, "set": {"a", "b"}}
        table.put_item(Item={"pk": "key", **item})
        answers = [update(table, expression) for _ in range(2)]
        return answers, table.get_item(Key={"pk": "key"})["Item"]


def update(table: Any, expression: str) -> Any:
    used = {name: value for name, value in VALUES.items() if name in expression}
    try:
        answer = table.update_item(
            Key={"pk": "key"},
            UpdateExpression=expression,
            ExpressionAttributeNames={k: v for k, v in NAMES.items() if k in expression} or {"#x": "x"},
            **({"ExpressionAttributeValues": used} if used else {}),
            ReturnValues="ALL_NEW",
        )
    except ClientError as refusal:
        return str(refusal)
    return answer["Attributes"]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_update_does_and_answers_what_it_does_in_moto(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    update_expressions.install()
    ours = outcome(expression)
    monkeypatch.setattr(UpdateExpressionParser, "make", IN_MOTO["make"])
    monkeypatch.setattr(DepthFirstTraverser, "traverse_node_recursively", IN_MOTO["walk"])
    monkeypatch.delattr(Node, "__deepcopy__")
    assert ours == outcome(expression)
