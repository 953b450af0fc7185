"""Function URLs: an HTTP request as the handler's event, and the handler's result as an HTTP answer.

Lambda developer guide, "Invoking Lambda function URLs": payload format version 2.0 both ways.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from local.iam.identity import Caller
from local.iam.signature import SignedRequest
from local.strict_json import parse_json

TEXT = ("text/", "application/json", "application/javascript", "application/xml")
"""Beginnings of the content types whose bodies arrive as text; every other one arrives in base64."""

DEFAULT_TYPE = "application/json"


class InvalidAnswerError(Exception):
    """A handler's result is in a form that a function URL cannot turn into an answer."""


@dataclass(frozen=True)
class UrlCall:
    """What an event carries in addition to the request itself.

    Attributes:
        url_id: Which function URL.
        path: What follows the URL, with its slash.
        caller: Who signed the request; None where the URL asks for no signature.
        moment: When it came.
    """

    url_id: str
    region: str
    path: str
    query: str
    request_id: str
    moment: datetime
    caller: Caller | None


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


def event_of(request: SignedRequest, call: UrlCall) -> dict[str, Any]:
    """The handler's event."""
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    cookies = [each.strip() for each in request.headers.get("cookie", "").split(";") if each.strip()]
    parameters = _parameters(call.query)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": call.path,
        "rawQueryString": call.query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": parameters} if parameters else {}),
        "requestContext": _request_context(request, call),
        **_body(request),
    }


def _request_context(request: SignedRequest, call: UrlCall) -> dict[str, Any]:
    return {
        "accountId": call.caller.account if call.caller else "anonymous",
        "apiId": call.url_id,
        **({"authorizer": {"iam": _iam(call.caller)}} if call.caller else {}),
        "domainName": f"{call.url_id}.lambda-url.{call.region}.on.aws",
        "domainPrefix": call.url_id,
        "http": {
            "method": request.method,
            "path": call.path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": call.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": f"{call.moment:%d/%b/%Y:%H:%M:%S +0000}",
        "timeEpoch": int(call.moment.timestamp() * 1000),
    }


def _iam(caller: Caller) -> dict[str, str | None]:
    return {
        "accessKey": caller.access_key,
        "accountId": caller.account,
        "callerId": caller.principal_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": caller.arn,
        "userId": caller.principal_id,
    }


def _parameters(query: str) -> dict[str, str]:
    """Decoded; those given several times are joined by commas."""
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _body(request: SignedRequest) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    encoded = "content-encoding" in request.headers
    if not encoded and request.headers.get("content-type", "").startswith(TEXT):
        return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def answer_of(payload: bytes) -> Answer:
    """The answer that a handler's result (JSON) means.

    Raises:
        InvalidAnswerError: It is no JSON, or has a status code, but also a member of the wrong form.
    """
    try:
        result = parse_json(payload)
    except ValueError as error:  # Python's runtime writes NaN and Infinity
        raise InvalidAnswerError(str(error)) from error
    if not isinstance(result, dict) or "statusCode" not in result:
        return Answer(HTTPStatus.OK, payload, [("Content-Type", DEFAULT_TYPE)])
    try:
        return Answer(int(result["statusCode"]), _content(result), _headers(result))
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidAnswerError(str(error)) from error


def _content(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise InvalidAnswerError(f"body is no string but {type(body).__name__}")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise InvalidAnswerError(f"body is no base64: {error}") from error


def _headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = [(str(name), str(value)) for name, value in (result.get("headers") or {}).items()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", DEFAULT_TYPE))
    return headers + [("Set-Cookie", str(cookie)) for cookie in result.get("cookies") or []]
