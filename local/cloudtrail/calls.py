"""One call as it went over the wire: its request and its answer, parsed by botocore's models."""

import re
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl

from botocore.model import OperationModel
from botocore.parsers import create_parser
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from local.api_models.constraints import WrongTypeError
from local.api_models.reading import parse_form
from local.http_server import Environ
from local.strict_json import parse_json

SIGNED = re.compile(r"Credential=[^/]*/\d+/([\w-]+)/([\w-]+)/aws4_request")
"""Region and service in Signature Version 4's ``Authorization`` header."""

READING = re.compile("(Describe|Get|List|View|Validate|Test)")
TASK_CALLS = re.compile("SendTask")
RECORDED = {"redshift": "redshift", "states": "stepfunctions", "sts": "sts"}
"""Signing names of the services whose calls are recorded, and botocore's names of them."""


@dataclass(frozen=True)
class Call:
    """A request.

    Attributes:
        service: Signing name.
        parameters: As the API's model types them; None when they do not fit it.
    """

    service: str
    region: str
    operation: OperationModel
    parameters: dict[str, Any] | None
    headers: dict[str, str]
    source: str


@dataclass(frozen=True)
class Answer:
    """What a call was answered.

    Attributes:
        result: None for a refusal.
        code: Of a refusal.
    """

    result: dict[str, Any] | None
    request_id: str | None
    code: str | None = None
    message: str | None = None


def parse_call(environ: Environ) -> Call | None:
    """The call that a request makes, if it is one that CloudTrail records as a write management event."""
    signed = SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None or signed[2] not in RECORDED:
        return None
    region, service = signed.groups()
    body = _body(environ)
    name = _operation(environ, body)
    if READING.match(name) or TASK_CALLS.match(name):
        return None
    model = _model(service, name)
    if model is None:
        return None
    headers = {
        "Authorization": environ["HTTP_AUTHORIZATION"],
        "User-Agent": environ.get("HTTP_USER_AGENT", ""),
    }
    return Call(service, region, model, _parameters(model, body), headers, environ.get("REMOTE_ADDR", ""))


def parse_answer(call: Call, status: str, headers: dict[str, str], body: bytes) -> Answer:
    """What the bytes of an answer say."""
    parser = create_parser(call.operation.service_model.protocol)
    response: Any = {"status_code": int(status.partition(" ")[0]), "headers": _Headers(headers), "body": body}
    parsed = cast("dict[str, Any]", parser.parse(response, cast("Any", call.operation.output_shape)))
    metadata: dict[str, Any] = parsed.pop("ResponseMetadata", {})
    error = parsed.pop("Error", None)
    request_id = metadata.get("RequestId") or response["headers"].get("x-amzn-requestid")
    if error is not None:
        return Answer(None, request_id, error.get("Code"), error.get("Message"))
    return Answer(parsed, request_id)


class _Headers(dict[str, str]):
    """Headers by lower-case name, as botocore's parsers look them up."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})


def _body(environ: Environ) -> bytes:
    """The request's body, left in place for the service that answers."""
    stream = environ["wsgi.input"]
    body: bytes = stream.read()
    stream.seek(0)
    return body


def _operation(environ: Environ, body: bytes) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    found = re.search(rb"(?:^|&)Action=(\w+)", body)
    return target or (found[1].decode() if found else "")


@cache
def _model(service: str, name: str) -> OperationModel | None:
    model = get_service_model(RECORDED[service])
    return cast("OperationModel", model.operation_model(name)) if name in model.operation_names else None


def _parameters(model: OperationModel, body: bytes) -> dict[str, Any] | None:
    try:
        if model.service_model.protocol == "json":
            return dict(parse_json(body or b"{}"))
        form = SimpleNamespace(values=MultiDict(parse_qsl(body.decode(), keep_blank_values=True)))
        return parse_form(model, form)
    except (KeyError, TypeError, ValueError, RecursionError, WrongTypeError):
        return None
