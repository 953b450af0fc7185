"""What moto's services show as time is the clock's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.local_aws import START, TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def role(aws: TestAws) -> dict[str, Any]:
    trust = trust_policy("lambda.amazonaws.com")
    return dict(aws.client("iam").create_role(RoleName="dba", AssumeRolePolicyDocument=trust)["Role"])


def of_a_function(aws: TestAws) -> datetime:
    function = aws.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role=role(aws)["Arn"],
        Handler="m.h",
        Code={"ZipFile": zipped(m="")},
    )
    return datetime.fromisoformat(function["LastModified"])


def of_an_object(aws: TestAws) -> datetime:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="ours", Key="k", Body=b"")
    return s3.head_object(Bucket="ours", Key="k")["LastModified"]


def of_a_log_group(aws: TestAws) -> datetime:
    aws.client("logs").create_log_group(logGroupName="ours")
    (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix="ours")["logGroups"]
    return datetime.fromtimestamp(group["creationTime"] / 1000, UTC)


def of_a_table(aws: TestAws) -> datetime:
    key = {"AttributeName": "pk"}
    table = aws.client("dynamodb").create_table(
        TableName="ours",
        KeySchema=[key | {"KeyType": "HASH"}],
        AttributeDefinitions=[key | {"AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return table["TableDescription"]["CreationDateTime"]


SHOWN: dict[str, Callable[[TestAws], datetime]] = {
    "user": lambda aws: aws.client("iam").create_user(UserName="ann")["User"]["CreateDate"],
    "key": lambda aws: aws.client("kms").create_key()["KeyMetadata"]["CreationDate"],
    "function": of_a_function,
    "object": of_an_object,
    "log group": of_a_log_group,
    "table": of_a_table,
}


@pytest.mark.parametrize("kind", SHOWN)
def test_the_time_of_a_resource_is_the_clocks(aws: TestAws, kind: str) -> None:
    assert SHOWN[kind](aws).astimezone(UTC) == START


def test_a_value_without_a_time_of_its_own_is_of_the_clocks_moment(aws: TestAws) -> None:
    api = aws.client("cloudwatch")
    api.put_metric_data(Namespace="ours", MetricData=[{"MetricName": "Runs", "Value": 1}])
    (point,) = api.get_metric_statistics(
        Namespace="ours",
        MetricName="Runs",
        StartTime=START,
        EndTime=START.replace(hour=3),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Timestamp"] == START
