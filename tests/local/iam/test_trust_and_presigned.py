"""Roles let in whom they trust, and a signed request for GetCallerIdentity can be handed on."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from tests.support.identities import Identity, role, user
from tests.support.local_aws import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.support.local_aws import TestAws

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ASSUME = {"Action": "sts:AssumeRole"}
_numbers = itertools.count(1)


def trusting(aws: TestAws, principal: Any, **condition: Any) -> str:
    """A new role that trusts a principal."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    policy = {
        "Version": "2012-10-17",
        "Statement": [statement | ({"Condition": condition} if condition else {})],
    }
    name = f"trusting-{next(_numbers)}"
    arn = role(aws, name)
    aws.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))
    return arn


def somebody(aws: TestAws, *statements: dict[str, Any]) -> Identity:
    return user(aws, f"somebody-{next(_numbers)}", *statements)


def may_assume(who: Identity, arn: str, **given: Any) -> bool:
    try:
        who.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **given)
    except ClientError as error:
        refusal = error.response["Error"]
    else:
        return True
    assert refusal["Code"] == "AccessDenied"
    assert f"{who.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}" in refusal["Message"]
    return False


def test_a_role_lets_in_the_user_that_it_names_without_any_policy_of_the_users(aws: TestAws) -> None:
    who = somebody(aws)
    assert may_assume(who, trusting(aws, {"AWS": who.arn}))


@pytest.mark.parametrize(("allowed", "expected"), [((ASSUME,), True), ((), False)])
def test_a_role_that_trusts_the_account_leaves_it_to_the_users_policies(
    aws: TestAws, allowed: tuple[dict[str, Any], ...], *, expected: bool
) -> None:
    assert may_assume(somebody(aws, *allowed), trusting(aws, {"AWS": ROOT})) is expected


@pytest.mark.parametrize(
    "principal", [{"Service": "lambda.amazonaws.com"}, {"AWS": "arn:aws:iam::999999999999:root"}]
)
def test_a_role_that_trusts_others_lets_nobody_else_in_whatever_they_may_do(
    aws: TestAws, principal: dict[str, str]
) -> None:
    assert not may_assume(somebody(aws, {"Action": "*"}), trusting(aws, principal))


def test_a_condition_of_the_trust_policy_holds(aws: TestAws) -> None:
    who = somebody(aws, ASSUME)
    arn = trusting(aws, {"AWS": ROOT}, StringEquals={"sts:ExternalId": "agreed"})
    assert not may_assume(who, arn)
    assert not may_assume(who, arn, ExternalId="guessed")
    assert may_assume(who, arn, ExternalId="agreed")


def presigned(aws: TestAws, who: Identity, secret: str = "") -> str:
    keys = Credentials(
        who.credentials["aws_access_key_id"], secret or who.credentials["aws_secret_access_key"]
    )
    request = AWSRequest("GET", f"{aws.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15")
    SigV4QueryAuth(keys, "sts", REGION, expires=60).add_auth(request)
    return str(request.prepare().url)


def answer_of(method: str, url: str, headers: Any = None, body: str = "") -> Any:
    return URLLib3Session().send(AWSRequest(method, url, headers, body).prepare())


def test_a_presigned_request_says_who_signed_it(aws: TestAws) -> None:
    who = somebody(aws)
    assert f"<Arn>{who.arn}</Arn>" in answer_of("GET", presigned(aws, who)).text


def test_a_presigned_request_of_somebody_without_the_secret_says_nothing(aws: TestAws) -> None:
    who = somebody(aws)
    for url in (presigned(aws, who, "guessed"), presigned(aws, who).replace("2011-06-15", "2011-06-16")):
        answer = answer_of("GET", url)
        assert answer.status_code == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in answer.text


@pytest.mark.parametrize("change", [{}, {"x-bound": "another"}, {"x-amz-date": "20200101T000000Z"}])
def test_a_request_signed_in_its_headers_says_who_signed_exactly_it(
    aws: TestAws, change: dict[str, str]
) -> None:
    who = somebody(aws)
    keys = Credentials(who.credentials["aws_access_key_id"], who.credentials["aws_secret_access_key"])
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    headers = {"x-bound": "one", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", f"{aws.endpoint}/", headers, body)
    SigV4Auth(keys, "sts", REGION).add_auth(request)
    answer = answer_of(
        "POST",
        f"{aws.endpoint}/",
        {key.lower(): value for key, value in request.headers.items()} | change,
        body,
    )
    assert (answer.status_code, f"<Arn>{who.arn}</Arn>" in answer.text) == (
        (403, False) if change else (200, True)
    )


def test_items_are_reached_only_under_the_leading_keys_of_the_policy(aws: TestAws) -> None:
    table = {"AttributeName": "pk", "KeyType": "HASH"}
    aws.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[table],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["CLUSTER#*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    api = somebody(aws, {"Action": "dynamodb:*", "Condition": own}).client("dynamodb")
    ours, other = {"pk": {"S": "CLUSTER#a"}}, {"pk": {"S": "REQUEST#a"}}
    query = {"KeyConditionExpression": "#p = :v", "ExpressionAttributeNames": {"#p": "pk"}}

    def calls(key: dict[str, Any]) -> list[Any]:
        write, batch = {"PutRequest": {"Item": key}}, {"Keys": [key, ours]}
        return [
            lambda: api.put_item(TableName="t", Item=key),
            lambda: api.get_item(TableName="t", Key=key),
            lambda: api.query(TableName="t", **query, ExpressionAttributeValues={":v": key["pk"]}),
            lambda: api.batch_write_item(RequestItems={"t": [write]}),
            lambda: api.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": key}}]),
            lambda: api.delete_item(TableName="t", Key=key),
            lambda: api.batch_get_item(RequestItems={"t": batch if key is other else {"Keys": [ours]}}),
        ]

    for call in calls(ours):
        call()
    for call in [*calls(other), lambda: api.scan(TableName="t")]:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            call()
