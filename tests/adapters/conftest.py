"""What the adapters are given: an empty ledger, of moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from tests.adapters.runs import LEDGER_KEYS, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    """AWS, as moto plays it."""
    with mock_aws():
        yield


@pytest.fixture
def aws(moto: None) -> None:
    """An empty account of moto's."""
    assert moto is None
    BackendDict.reset()
    reset_model_data()


@pytest.fixture(scope="module")
def resource(moto: None) -> Any:
    """A DynamoDB service resource: making one takes longer than most tests."""
    assert moto is None
    return boto3.resource("dynamodb", region_name=REGION)


@pytest.fixture
def dynamodb(aws: None, resource: Any) -> Any:
    """The DynamoDB of the empty account."""
    assert aws is None
    return resource


@pytest.fixture
def table(dynamodb: Any) -> Any:
    """The ledger's table."""
    return dynamodb.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **LEDGER_KEYS)
