"""Answers in AWS's own shape for what local AWS cannot do, in each service's own protocol.

moto in server mode lets exceptions reach the web framework, which answers with an HTML page; a client then
reports a parsing problem instead of the cause.
"""

import json
import logging
import traceback
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask import Flask, Response, request
from moto.core.responses import boto3_service_name
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from local.http_server import DropConnection

LOG = logging.getLogger("local")
NOT_IMPLEMENTED = 501
"""botocore does not retry this status, unlike other 5xx."""

_XML_ERROR = "<Error><Code>{code}</Code><Message>{message}</Message></Error>"
XML_ERRORS = {
    "query": f"<ErrorResponse>{_XML_ERROR}</ErrorResponse>",
    "ec2": f"<Response><Errors>{_XML_ERROR}</Errors></Response>",
    "rest-xml": f"<ErrorResponse>{_XML_ERROR}</ErrorResponse>",
    "s3": _XML_ERROR,
}
"""Error documents of the protocols that are not JSON (smithy.io, AWS protocols)."""


def answer_errors(app: Flask, service: str) -> None:
    """Have ``app``, one service's application, answer every error in AWS's shape."""

    def answer(error: Exception) -> Any:
        if isinstance(error, DropConnection):
            raise error
        if type(error) in {NotFound, MethodNotAllowed}:
            return aws_error(service, NOT_IMPLEMENTED, "NotImplemented", unknown_call(service))
        if isinstance(error, HTTPException):
            return error  # moto's own errors know their shape
        if isinstance(error, NotImplementedError):
            return aws_error(service, NOT_IMPLEMENTED, "NotImplemented", unknown_call(service))
        if is_motos(error):
            return aws_error(service, NOT_IMPLEMENTED, "NotImplemented", unforeseen_by_moto(service, error))
        LOG.error("%s failed", call_name(service), exc_info=error)
        return aws_error(
            service, 500, "InternalFailure", f"local AWS failed: {type(error).__name__}: {error}"
        )

    app.register_error_handler(Exception, answer)


def is_motos(error: BaseException) -> bool:
    """Whether moto's own code failed, not ours: the innermost of their frames is moto's."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    owners = [owner for name in frames if (owner := _owner(name)) is not None]
    return owners[-1:] == ["moto"]


def _owner(filename: str) -> str | None:
    folders = Path(filename).parts
    return next((part for part in reversed(folders) if part in {"moto", "local"}), None)


def unforeseen_by_moto(service: str, error: BaseException) -> str:
    """One sentence for parameters that the model allows and moto's code stumbles over."""
    return (
        f"local AWS does not implement {call_name(service)} with these parameters: moto failed "
        f"({type(error).__name__}: {error})"
    )


def call_name(service: str) -> str:
    """The call at hand as a person names it: ``redshift:DescribeClusters``, or method and path."""
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    name = boto3_service_name.get(service, service)
    return f"{name}:{target or request.values.get('Action') or f'{request.method} {request.path}'}"


def unknown_call(service: str) -> str:
    """One sentence for a call that neither moto nor local AWS implements."""
    return f"local AWS does not implement {call_name(service)}"


def aws_error(service: str, status: int, code: str, message: str) -> Response:
    """One error as ``service`` itself would word it on the wire."""
    template = XML_ERRORS.get("s3" if service == "s3" else _protocol(service))
    if template is not None:
        document = template.format(code=escape(code), message=escape(message))
        return Response(document, status, content_type="text/xml")
    return json_error(status, code, message)


def json_error(status: int, code: str, message: str) -> Response:
    """One error in the JSON protocols' shape."""
    document = json.dumps({"__type": code, "message": message})
    return Response(document, status, {"X-Amzn-ErrorType": code}, content_type="application/x-amz-json-1.1")


def _protocol(service: str) -> str:
    """What the request at hand is written in, for services that speak several protocols."""
    if request.content_type and "json" in request.content_type:
        return "json"
    try:
        return str(get_service_model(boto3_service_name.get(service, service)).protocol)
    except Exception:  # noqa: BLE001 - whatever is wrong with a model, JSON is understood everywhere
        return "json"
