"""Signature Version 4 of a request, verified with the secret that moto's IAM or STS keeps.

The expected signature is botocore's own. Access keys that the account does not have, such as ``test``, stand
for its root user and are taken with any secret, as everywhere in local AWS.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local.context import Context
from local.http_server import Environ
from local.iam.identity import PARTITION, Caller, caller

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/,]+)/(?P<date>\d{8})/(?P<region>[^/,]+)/(?P<service>[^/,]+)"
    r"/aws4_request,\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
LONGEST_SKEW = timedelta(minutes=5)
"""IAM user guide, "Elements of an AWS API request signature": older requests are refused."""

QUERY_SIGNATURE = re.compile(r"[?&]X-Amz-Signature=[0-9a-f]*")
"""What the query of a presigned request has in addition to what was signed; it comes last."""

UNSIGNED = "UNSIGNED-PAYLOAD"


class SignatureRefusedError(Exception):
    """A request is not signed as it must be; the message says why."""


@dataclass(frozen=True)
class SignedRequest:
    """A request as it came over the wire.

    Attributes:
        target: Path and query, as the client wrote them.
        headers: By lower-case names.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def signed_request(environ: Environ) -> SignedRequest:
    """The request as it came in; its body is left in place for whoever answers."""
    headers = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    environ["wsgi.input"].seek(0)
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return SignedRequest(environ["REQUEST_METHOD"], environ["RAW_URI"], headers, body)


def verify(request: SignedRequest, context: Context, service: str, region: str) -> Caller:
    """Who signed a request for a service in a Region.

    Raises:
        SignatureRefusedError: It is unsigned, signed for something else, too old, or wrongly signed.
    """
    signed = AUTHORIZATION.fullmatch(request.headers.get("authorization", "").strip())
    if signed is None:
        raise SignatureRefusedError("the request carries no Signature Version 4 in its Authorization header")
    if (signed["service"], signed["region"]) != (service, region):
        raise SignatureRefusedError(
            f"the request is signed for {signed['service']} in {signed['region']}: "
            f"sign it for {service} in {region}"
        )
    _check_date(request, signed["date"])
    found = caller({"Authorization": signed.string}, context)
    credentials = _credentials(found)
    if credentials is not None:
        _check_signature(request, signed, credentials)
    return found


def _check_date(request: SignedRequest, day: str) -> None:
    stamp = _stamp(request)
    try:
        signed_at = datetime.strptime(stamp, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        raise SignatureRefusedError("X-Amz-Date is missing or no date") from None
    # Clients sign with the machine's time; they know nothing of local AWS's clock.
    if abs(datetime.now(UTC) - signed_at) > LONGEST_SKEW or not stamp.startswith(day):
        raise SignatureRefusedError(f"the signature of {stamp} has expired")


def _credentials(found: Caller) -> Credentials | None:
    """The known secret of a caller; None for keys that the account does not have."""
    if found.kind == "Root":
        return None
    if found.kind == "AssumedRole":
        session = sts_backends[found.account][PARTITION].get_assumed_role_from_access_key(found.access_key)
        assert session is not None  # noqa: S101 - it made this caller
        return Credentials(session.access_key_id, session.secret_access_key, session.session_token)
    key = iam_backends[found.account][PARTITION].get_user(found.name).get_access_key_by_id(found.access_key)
    if key.status != "Active":
        raise SignatureRefusedError(f"the access key {found.access_key} is inactive")
    return Credentials(key.access_key_id, key.secret_access_key)


def _check_signature(request: SignedRequest, signed: re.Match[str], credentials: Credentials) -> None:
    if (credentials.token or "") != request.headers.get("x-amz-security-token", ""):
        raise SignatureRefusedError("X-Amz-Security-Token is not that of the access key")
    names = signed["headers"].split(";")
    if "host" not in names or not ("x-amz-date" in names or _presigned(request)):
        raise SignatureRefusedError("SignedHeaders lack host or x-amz-date")
    digest = request.headers.get("x-amz-content-sha256", UNSIGNED)
    if digest not in {UNSIGNED, sha256(request.body).hexdigest()}:
        raise SignatureRefusedError("X-Amz-Content-SHA256 is not that of the body")
    expected = _signature(request, signed, names, credentials)
    if not hmac.compare_digest(expected, signed["signature"]):
        raise SignatureRefusedError("the signature is not the one that the secret access key makes")


def _signature(
    request: SignedRequest, signed: re.Match[str], names: list[str], credentials: Credentials
) -> str:
    headers = {name: request.headers.get(name, "") for name in names}
    url = f"http://{request.headers.get('host', '')}{QUERY_SIGNATURE.sub('', request.target)}"
    copy = AWSRequest(request.method, url, headers, request.body)
    copy.context["timestamp"] = _stamp(request)
    signer = SigV4Auth(credentials, signed["service"], signed["region"])
    text = signer.string_to_sign(copy, signer.canonical_request(copy))
    return str(signer.signature(text, copy))


def _presigned(request: SignedRequest) -> dict[str, str]:
    """The query of a presigned request; empty for one that is signed in its headers."""
    query = dict(parse_qsl(request.target.partition("?")[2]))
    return query if "X-Amz-Signature" in query else {}


def _stamp(request: SignedRequest) -> str:
    return request.headers.get("x-amz-date") or _presigned(request).get("X-Amz-Date", "")


def sign_presigned(environ: dict[str, Any]) -> None:
    """Give a presigned request of STS the Authorization header that says the same as its query.

    Other services take presigned requests as they are: S3 reads them itself.
    """
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    credential = query.get("X-Amz-Credential", "")
    if "HTTP_AUTHORIZATION" in environ or credential.split("/")[3:4] != ["sts"]:
        return
    signed, signature = query.get("X-Amz-SignedHeaders", ""), query.get("X-Amz-Signature", "")
    environ["HTTP_AUTHORIZATION"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"
    )
    if token := query.get("X-Amz-Security-Token"):
        environ["HTTP_X_AMZ_SECURITY_TOKEN"] = token
