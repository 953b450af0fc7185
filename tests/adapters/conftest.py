"""What the adapters are given: an empty ledger, of moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.adapters.runs import LEDGER_KEYS, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty account of moto's instead of AWS."""
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:
    """The DynamoDB service resource."""
    assert aws is None
    return boto3.resource("dynamodb", region_name=REGION)


@pytest.fixture
def table(dynamodb: Any) -> Any:
    """The ledger's table."""
    return dynamodb.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **LEDGER_KEYS)
