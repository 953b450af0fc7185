"""The role of a function has to trust Lambda, when it is named and when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.support.local_aws import ACCOUNT, TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        for name, service in (("worker", "lambda"), ("of-states", "states")):
            trust = trust_policy(f"{service}.amazonaws.com")
            running.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        yield running


def create(aws: TestAws, name: str, role: str) -> str:
    """A function that answers 1; its name."""
    code = {"ZipFile": zipped(main="def handle(event, context): return 1")}
    given = {"Runtime": "python3.13", "Handler": "main.handle", "Timeout": 10}
    aws.client("lambda").create_function(FunctionName=name, Code=code, Role=role, **given)
    return name


@pytest.mark.parametrize("role", ["nobodys", "of-states"])
def test_a_role_that_lambda_may_not_assume_is_refused_and_nothing_changes(aws: TestAws, role: str) -> None:
    api, arn = aws.client("lambda"), f"arn:aws:iam::{ACCOUNT}:role/{role}"
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        create(aws, "refused", arn)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert "refused" not in {each["FunctionName"] for each in api.list_functions()["Functions"]}

    name = create(aws, f"changed-to-{role}", ROLE)
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        api.update_function_configuration(FunctionName=name, Role=arn)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert api.get_function_configuration(FunctionName=name)["Role"] == ROLE
    assert api.update_function_configuration(FunctionName=name, Timeout=9)["Timeout"] == 9


def test_a_role_that_trusts_lambda_no_more_runs_nothing(aws: TestAws) -> None:
    iam, api = aws.client("iam"), aws.client("lambda")
    name = create(aws, "run", ROLE)
    iam.update_assume_role_policy(RoleName="worker", PolicyDocument=trust_policy("states.amazonaws.com"))
    try:
        with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
            api.invoke(FunctionName=name)
    finally:
        iam.update_assume_role_policy(RoleName="worker", PolicyDocument=trust_policy("lambda.amazonaws.com"))

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert api.invoke(FunctionName=name)["Payload"].read() == b"1"
