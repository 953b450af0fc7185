"""Who signed a request: what STS says, and what becomes of its refusals and of its silence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from steward.adapters.caller_identity import CallerIdentity
from steward.domain.approvals.evaluate import RequestRefused
from steward.domain.approvals.proof import BODY
from tests.adapters.wire import CLOSE, Wire, error, wire

ARN = "arn:aws:iam::123456789012:user/bob"
HEADERS = {"authorization": "signed", "x-amz-date": "20261121T220000Z"}


def confirmed() -> bytes:
    result = f"<GetCallerIdentityResult><Arn>{ARN}</Arn><Account>1</Account></GetCallerIdentityResult>"
    body = f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>".encode()
    head = f"HTTP/1.1 200 X\r\nDate: Sat, 21 Nov 2026 22:00:01 GMT\r\nContent-Length: {len(body)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + body


def identities(scripted: Wire) -> CallerIdentity:
    endpoint = f"http://127.0.0.1:{scripted.port}"
    sts: Any = boto3.client("sts", endpoint_url=endpoint, region_name="eu-central-1")
    return CallerIdentity(sts)


def test_sts_names_the_signer_and_the_time() -> None:
    with wire(confirmed()) as scripted:
        adapter = identities(scripted)
        assert adapter.of(HEADERS) == (ARN, datetime(2026, 11, 21, 22, 0, 1, tzinfo=UTC))
        assert adapter.region == "eu-central-1"
    assert scripted.requests == [BODY]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error("SignatureDoesNotMatch", status=403), "identity_unproven"),
        (error("ExpiredToken", status=400), "identity_unproven"),
        (error("Throttling", status=400), "identity_unavailable"),
        (error("InternalFailure", status=500), "identity_unavailable"),
        (CLOSE, "identity_unavailable"),
        (b"HTTP/1.1 200 X\r\nContent-Length: 4\r\n\r\nhtml", "identity_unavailable"),
        (b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "identity_un"),
    ],
)
def test_whatever_else_sts_answers_proves_nothing_and_is_asked_once(answer: bytes, code: str) -> None:
    with wire(answer) as scripted, pytest.raises(RequestRefused) as caught:
        identities(scripted).of(HEADERS)
    assert caught.value.code.startswith(code)
    assert len(scripted.requests) == 1
