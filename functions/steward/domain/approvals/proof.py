"""Proof of who answers: a signed request for STS GetCallerIdentity, bound to one answer.

The client signs the request and hands on the signature; the function sends the request to STS, and STS says
whose signature it is. The signature covers `HEADER`, the digest of the answer, so it proves nothing about
another answer. Everything of the request but signature, date and session token is written by the function:
no word of a body decides where it goes or what it asks. HashiCorp Vault's AWS authentication and EKS's
aws-iam-authenticator identify their callers in this way.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from steward.domain.approvals.evaluate import RequestRefused
from steward.domain.errors import BadInput
from steward.domain.one_line import one_line

HEADER = "x-steward-answer"
"""The signed header with the digest of the answer."""

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
DATE = "%Y%m%dT%H%M%SZ"

PROOF = "proof"
PROOF_KEYS = {"authorization", "date", "token"}
"""The key of a body that holds a proof, and the proof's own keys: the values of ``Authorization``,
``X-Amz-Date`` and, for temporary credentials, ``X-Amz-Security-Token``."""

LONGEST_VALUE = 8192
LONGEST_MESSAGE = 300
MAX_AGE = timedelta(minutes=5)
"""How old a signature may be when STS sees it, and how far ahead the signer's clock may be."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[A-Z0-9a-z]{4,128})/\d{8}/(?P<region>[a-z0-9-]+)/sts/aws4_request, "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=[0-9a-f]{64}"
)
_DATE = re.compile(r"\d{8}T\d{6}Z")
_VALUE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")


@dataclass(frozen=True)
class Proof:
    """The parts of the signed request that only the signer can know."""

    authorization: str
    date: str
    token: str = ""

    def __repr__(self) -> str:
        """Without its content, which must not reach a log."""
        return "Proof(…)"

    @property
    def access_key(self) -> str:
        """The id of the access key that signed; public, unlike the secret key."""
        found = _AUTHORIZATION.fullmatch(self.authorization)
        return found["key"] if found else ""

    @property
    def signed_at(self) -> datetime:
        return datetime.strptime(self.date, DATE).replace(tzinfo=UTC)

    @property
    def id(self) -> str:
        """The same for the same signature: what is started twice with one proof is one and the same."""
        return hashlib.sha256(self.authorization.encode()).hexdigest()[:32]


def digest_of_answer(stack: str, answer: str, **facts: Any) -> str:
    """What the signature is bound to: the stack, the kind of answer, and all that the answer says."""
    statement = {"stack": stack, "answer": answer, **facts}
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def parse_proof(value: Any) -> Proof:
    """The proof in a body.

    Raises:
        RequestRefused: There is none.
        BadInput: It is not one; an address, a method or another header has no place in it.
    """
    if value is None:
        sentence = (
            "the answer carries no proof of who gives it; answer with the steward command of this version, "
            "which signs it"
        )
        raise RequestRefused("identity_unproven", HTTPStatus.FORBIDDEN, sentence)
    if not isinstance(value, dict) or not {"authorization", "date"} <= value.keys() <= PROOF_KEYS:
        raise BadInput(
            f"{PROOF}: must be an object with the keys authorization, date, and token if there is one"
        )
    for key, text in value.items():
        if not isinstance(text, str) or len(text) > LONGEST_VALUE or not _VALUE.fullmatch(text):
            raise BadInput(f"{PROOF}.{key}: must be the value of an HTTP header on one line")
    proof = Proof(**value)
    if not _is_date(proof.date):
        raise BadInput(f"{PROOF}.date: must be the value of X-Amz-Date, such as 20261121T200000Z")
    return proof


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and datetime.strptime(text, DATE).replace(tzinfo=UTC))
    except ValueError:
        return False


def check_proof(proof: Proof, region: str) -> None:
    """What STS does not check: that the signature is for this Region, and covers the answer.

    Raises:
        RequestRefused: It proves nothing here.
    """
    found = _AUTHORIZATION.fullmatch(proof.authorization)
    if found is None:
        raise _unproven("the proof is not signed with Signature Version 4 for STS")
    if found["region"] != region:
        raise _unproven(f"the proof is signed for {found['region']}; sign it for {region}")
    needed = {
        "host",
        "content-type",
        "x-amz-date",
        HEADER,
        *(["x-amz-security-token"] if proof.token else []),
    }
    if set(found["headers"].split(";")) != needed:
        raise _unproven(f"the proof must sign exactly the headers {', '.join(sorted(needed))}")


def signed_headers(proof: Proof, digest: str) -> dict[str, str]:
    """All headers of the request to STS, but Host, which is that of STS here."""
    headers = {
        "content-type": CONTENT_TYPE,
        "x-amz-date": proof.date,
        HEADER: digest,
        "authorization": proof.authorization,
    }
    return headers | ({"x-amz-security-token": proof.token} if proof.token else {})


def check_age(proof: Proof, seen_at: datetime) -> None:
    """Compare the signature's date with the time at which STS saw it, by the clock of STS.

    Raises:
        RequestRefused: It is too old, or from the future.
    """
    if abs(seen_at - proof.signed_at) > MAX_AGE:
        raise _unproven(f"the proof was signed at {proof.date} and has expired; answer again")


def check_caller(proven: str, called: str) -> None:
    """The signer of the proof must be the caller of the URL.

    Raises:
        RequestRefused: They differ.
    """
    if proven != called:
        named = one_line(called, LONGEST_MESSAGE)
        raise _unproven(f"AWS says that {proven} signed the answer, but the call names {named}")


def refused_by_sts(message: str) -> RequestRefused:
    """The error when STS refuses the request."""
    return _unproven(f"AWS does not confirm who signed the answer: {one_line(message, LONGEST_MESSAGE)}")


def sts_unavailable(message: str) -> RequestRefused:
    """The error when STS gives no answer now."""
    sentence = (
        "STS does not say now who signed the answer; answer again in a minute: "
        f"{one_line(message, LONGEST_MESSAGE)}"
    )
    return RequestRefused("identity_unavailable", HTTPStatus.SERVICE_UNAVAILABLE, sentence)


def proof_document(headers: Mapping[str, str]) -> dict[str, str]:
    """The proof as a body holds it, from the headers of a signed request."""
    names = {"authorization": "authorization", "x-amz-date": "date", "x-amz-security-token": "token"}
    given = {name.lower(): value for name, value in headers.items()}
    return {key: given[name] for name, key in names.items() if given.get(name)}


def _unproven(sentence: str) -> RequestRefused:
    return RequestRefused("identity_unproven", HTTPStatus.FORBIDDEN, sentence)
