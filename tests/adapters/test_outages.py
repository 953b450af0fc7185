"""Outages of AWS get one name, by which the state machines wait for their end; refusals keep their own."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from steward.adapters.outages import name_outages
from steward.domain.errors import AwsUnavailable

URL = {"endpoint_url": "https://redshift"}


def answer(code: str, status: int) -> ClientError:
    error = {"Code": code, "Message": "AWS's own words"}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, "DescribeClusters")  # type: ignore[typeddict-item] # the rest is not read


@pytest.mark.parametrize(
    "error",
    [
        answer("ServiceUnavailable", 503),
        answer("InternalFailure", 500),
        answer("Throttling", 400),
        answer("SlowDown", 429),
        ConnectTimeoutError(**URL),
        ReadTimeoutError(**URL),
        EndpointConnectionError(**URL),
        ResponseParserError("no XML"),
    ],
)
def test_no_answer_or_one_that_says_nothing_is_an_outage(error: Exception) -> None:
    with pytest.raises(AwsUnavailable) as raised, name_outages():
        raise error

    assert str(raised.value) == str(error)


@pytest.mark.parametrize(
    "error", [answer("AccessDenied", 403), answer("SomethingNew", 400), NoCredentialsError(), KeyError("x")]
)
def test_a_refusal_is_none(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, name_outages():
        raise error

    assert raised.value is error
