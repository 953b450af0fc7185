"""A local AWS for the module, and functions that go with the test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.local_aws import TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Deploy = Callable[..., str]

ROLE = "arn:aws:iam::123456789012:role/worker"


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        running.client("iam").create_role(
            RoleName="worker", AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com")
        )
        yield running


@pytest.fixture
def deploy(aws: TestAws, request: pytest.FixtureRequest) -> Iterator[Deploy]:
    """Creates a function named after the test; answers with its name."""

    def create(source: str, handler: str = "main.handle", **settings: Any) -> str:
        name: str = request.node.originalname[:64]
        given = {"Runtime": "python3.13", "Role": ROLE, "Handler": handler, "Timeout": 10, "MemorySize": 256}
        code = {"ZipFile": zipped(main=source)}
        aws.client("lambda").create_function(FunctionName=name, Code=code, **{**given, **settings})
        return name

    yield create
    for function in aws.client("lambda").list_functions()["Functions"]:
        aws.client("lambda").delete_function(FunctionName=function["FunctionName"])


def invoke(aws: TestAws, name: str, event: Any = None, **settings: Any) -> tuple[Any, dict[str, Any]]:
    """The handler's payload and the whole answer."""
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **settings)
    return json.loads(answer["Payload"].read() or b"null"), answer
