"""Proof of who answers: a signature counts for one answer, in this Region, now, and for its signer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cli.requests.sign_answer import signed_body
from steward.domain.approvals.evaluate import RequestRefused
from steward.domain.approvals.input import ANSWER_KEYS, parse_signed_body
from steward.domain.approvals.proof import (
    BODY,
    CONTENT_TYPE,
    HEADER,
    MAX_AGE,
    Proof,
    digest_of_answer,
    parse_proof,
    refused_by_sts,
    sts_unavailable,
)
from steward.domain.errors import BadInput
from steward.steps.approvals.prove_caller import prove_caller
from tests.support.approvals import ANN, BOB, HASH

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK = "RedshiftSteward-test"
REGION = "eu-central-1"
SIGNED_AT = datetime(2026, 11, 21, 22, tzinfo=UTC)
SIGNATURE = "0a" * 32
GOOD = {
    "authorization": f"AWS4-HMAC-SHA256 Credential=AKIABOB/20261121/{REGION}/sts/aws4_request, "
    f"SignedHeaders=content-type;host;x-amz-date;{HEADER}, Signature={SIGNATURE}",
    "date": "20261121T220000Z",
}


class FakeSts:
    """STS that believes every signature to be Bob's."""

    region = REGION

    def __init__(self, answered_at: datetime = SIGNED_AT) -> None:
        self.answered_at = answered_at
        self.asked: list[Mapping[str, str]] = []

    def of(self, headers: Mapping[str, str]) -> tuple[str, datetime]:
        """As `CallerIdentity.of`."""
        self.asked.append(headers)
        return BOB, self.answered_at


def prove(proof: dict[str, str], called: str = BOB, sts: FakeSts | None = None, **about: Any) -> FakeSts:
    """Have STS vouch for an approval of the request ``one``."""
    asked: Any = sts or FakeSts()
    said = {"plan_hash": HASH} | about.pop("said", {})
    text = json.dumps(said | {"proof": proof})
    body = parse_signed_body(text, ANSWER_KEYS)
    about = {"answer": "approve", "request": "one"} | about
    prove_caller(body, called, asked, stack=STACK, **about)
    return asked


def refusal(*given: Any, **how: Any) -> str:
    with pytest.raises(RequestRefused) as caught:
        prove(*given, **how)
    assert (caught.value.code, caught.value.status) == ("identity_unproven", 403)
    return str(caught.value)


def test_sts_is_sent_the_signature_and_nothing_else_that_the_body_says() -> None:
    (headers,) = prove(GOOD).asked
    digest = digest_of_answer(STACK, "approve", request="one", body={"plan_hash": HASH})
    assert headers == {
        "authorization": GOOD["authorization"],
        "x-amz-date": GOOD["date"],
        "content-type": CONTENT_TYPE,
        HEADER: digest,
    }
    (headers,) = prove(_with(token="session-token", headers="x-amz-security-token")).asked
    assert headers["x-amz-security-token"] == "session-token"
    assert BODY == "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize(
    "other",
    [
        {"request": "two"},
        {"answer": "cancel"},
        {"said": {"plan_hash": "another"}},
        {"said": {"reason": "another"}},
    ],
)
def test_the_signature_is_bound_to_request_answer_plan_and_reason(other: dict[str, Any]) -> None:
    (one,), (another,) = prove(GOOD).asked, prove(GOOD, **other).asked
    assert one[HEADER] != another[HEADER]
    assert digest_of_answer("other-stack", "approve") != digest_of_answer(STACK, "approve")


def test_who_calls_must_be_who_signed() -> None:
    assert refusal(GOOD, called=ANN) == f"AWS says that {BOB} signed the answer, but the call names {ANN}"


@pytest.mark.parametrize("age", [MAX_AGE + timedelta(seconds=1), -MAX_AGE - timedelta(seconds=1)])
def test_a_signature_expires_by_the_clock_of_sts(age: timedelta) -> None:
    expired = f"the proof was signed at {GOOD['date']} and has expired; answer again"
    assert refusal(GOOD, sts=FakeSts(SIGNED_AT + age)) == expired
    assert prove(GOOD, sts=FakeSts(SIGNED_AT + MAX_AGE)).asked


@pytest.mark.parametrize(
    ("proof", "sentence"),
    [
        ({"region": "us-east-1"}, "the proof is signed for us-east-1; sign it for eu-central-1"),
        ({"service": "s3"}, "the proof is not signed with Signature Version 4 for STS"),
        ({"without": HEADER}, "the proof must sign exactly the headers content-type, host, x-amz-date, x-st"),
        ({"without": "host"}, "the proof must sign exactly the headers content-type, host, x-amz-date, x-st"),
        ({"headers": "x-more"}, "the proof must sign exactly the headers content-type, host, x-amz-date, x-"),
        (
            {"token": "t"},
            "the proof must sign exactly the headers content-type, host, x-amz-date, x-amz-secu",
        ),
    ],
)
def test_a_signature_for_something_else_proves_nothing_and_is_not_sent(
    proof: dict[str, str], sentence: str
) -> None:
    sts = FakeSts()
    assert refusal(_with(**proof), sts=sts).startswith(sentence)
    assert sts.asked == []


@pytest.mark.parametrize(
    ("proof", "sentence"),
    [
        ("a signature", "proof: must be an object with the keys authorization, date, and token if there is"),
        ({"date": GOOD["date"]}, "proof: must be an object with the keys authorization, date, and token if"),
        (GOOD | {"url": "https://sts.example.com/"}, "proof: must be an object with the keys authorization"),
        (GOOD | {"authorization": "a\r\nHost: example.com"}, "proof.authorization: must be the value of an"),
        (GOOD | {"token": "x" * 8193}, "proof.token: must be the value of an HTTP header on one line"),
        (GOOD | {"date": 1}, "proof.date: must be the value of an HTTP header on one line"),
        (GOOD | {"date": "yesterday"}, "proof.date: must be the value of X-Amz-Date, such as 2026112"),
        (GOOD | {"date": "20269921T220000Z"}, "proof.date: must be the value of X-Amz-Date, such as"),
    ],
)
def test_a_body_cannot_say_where_to_send_the_signature_or_add_a_header(proof: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_proof(proof)
    assert str(caught.value).startswith(sentence)


def test_an_answer_without_a_proof_says_what_to_use() -> None:
    with pytest.raises(RequestRefused, match="answer with the steward command of this version"):
        parse_proof(None)


def test_what_sts_says_is_told_in_one_bounded_line() -> None:
    told = refused_by_sts("SignatureDoesNotMatch:\nThe request " + "x" * 999)
    assert (told.code, told.status) == ("identity_unproven", 403)
    assert "\n" not in str(told)
    assert len(str(told)) < 400
    busy = sts_unavailable("Throttling: Rate exceeded")
    assert (busy.code, busy.status) == ("identity_unavailable", 503)


def test_a_proof_shows_its_access_key_and_not_itself() -> None:
    assert Proof(**GOOD).access_key == "AKIABOB"
    assert Proof("none", GOOD["date"]).access_key == ""
    assert SIGNATURE not in repr(Proof(**GOOD))
    assert Proof(**GOOD).id == Proof(**GOOD).id != Proof(**_with(region="us-east-1")).id


@pytest.mark.parametrize("token", [None, "session-token"])
def test_what_the_command_signs_is_what_the_function_sends_on(token: str | None) -> None:
    sts: Any = type("Sts", (), {})()
    sts.meta = type(
        "Meta", (), {"endpoint_url": f"https://sts.{REGION}.amazonaws.com", "region_name": REGION}
    )
    credentials = Credentials("AKIABOB", "secret", token)
    body = signed_body({"plan_hash": HASH}, credentials, sts, stack=STACK, answer="approve", request="one")
    proof = parse_proof(body["proof"])
    (headers,) = prove(body["proof"], sts=FakeSts(proof.signed_at)).asked
    assert headers["authorization"] == _signature_of(headers, credentials)
    assert headers.get("x-amz-security-token") == token
    assert "secret" not in str(body)


def _signature_of(headers: Mapping[str, str], credentials: Credentials) -> str:
    """What botocore signs for the request that the function sends to STS, at the proof's moment."""
    sent = {name: value for name, value in headers.items() if name != "authorization"}
    request = AWSRequest("POST", f"https://sts.{REGION}.amazonaws.com/", sent, BODY)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(credentials, "sts", REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signed = ";".join(sorted({name.lower() for name in sent} | {"host"}))
    scope = f"AKIABOB/{headers['x-amz-date'][:8]}/{REGION}/sts/aws4_request"
    signature = signer.signature(text, request)
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={signature}"


def _with(
    *, region: str = REGION, service: str = "sts", headers: str = "", without: str = "", token: str = ""
) -> dict[str, str]:
    """The good proof, made otherwise."""
    names = sorted({"content-type", "host", "x-amz-date", HEADER, *filter(None, [headers])} - {without})
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=AKIABOB/20261121/{region}/{service}/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={SIGNATURE}"
    )
    return {"authorization": authorization, "date": GOOD["date"]} | ({"token": token} if token else {})
