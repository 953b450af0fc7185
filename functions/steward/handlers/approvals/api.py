"""Lambda function behind the approvals API (a Function URL with IAM authorization)."""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.lambda_function_url import LambdaFunctionUrlResolver

from steward.adapters.toolbox import build_tools
from steward.domain.approvals.evaluate import RequestRefused, ResponseType
from steward.domain.approvals.input import JSON, check_content_type, check_size
from steward.domain.authority import claim
from steward.domain.errors import BadInput, NotAuthorized
from steward.domain.one_line import one_line
from steward.handlers.log import logger
from steward.handlers.refusals import count_refusals, report_refusal
from steward.settings import settings
from steward.steps.approvals.approvals_api import (
    Caller,
    Tools,
    caller,
    list_requests,
    respond,
    show_request,
    start_run,
)

app = LambdaFunctionUrlResolver()

NO_PERSON = frozenset({"no_identity", "identity_unproven"})
"""Refusals of calls that come past the URL, which lets nobody in who does not sign as oneself."""

ROUTES = "GET /requests, GET /requests/ID, POST /requests, POST /requests/ID/approve, …/reject, …/cancel"


@app.get("/requests")
def list_requests_route() -> Response[str]:
    return _http_response(list_requests(_caller(), build_tools(Tools)))


@app.get("/requests/<name>")
def show_request_route(name: str) -> Response[str]:
    return _http_response(show_request(name, _caller(), build_tools(Tools)))


@app.post("/requests")
def start_run_route() -> Response[str]:
    return _http_response(start_run(_body(), _caller(), build_tools(Tools)))


@app.post("/requests/<name>/approve")
def approve_route(name: str) -> Response[str]:
    """Body: plan_hash, optionally reason."""
    return _respond(name, ResponseType.APPROVE)


@app.post("/requests/<name>/reject")
def reject_route(name: str) -> Response[str]:
    """Body: plan_hash, optionally reason."""
    return _respond(name, ResponseType.REJECT)


@app.post("/requests/<name>/cancel")
def cancel_route(name: str) -> Response[str]:
    """Body: optionally reason. Possible until DeleteCluster is called."""
    return _respond(name, ResponseType.CANCEL)


@app.exception_handler(RequestRefused)  # type: ignore[untyped-decorator]  # Powertools does not say its type
def handle_refusal(error: RequestRefused) -> Response[str]:
    """A refusal becomes its own status with ``error`` and ``code``."""
    logger.info("refused", code=error.code)
    if error.code in NO_PERSON:
        report_refusal(app.lambda_context, str(error))
    return _http_response({"error": str(error), "code": error.code}, error.status)


@app.exception_handler(BadInput)  # type: ignore[untyped-decorator]  # Powertools does not say its type
def handle_bad_input(error: BadInput) -> Response[str]:
    """A wrong body becomes status 400 with ``error`` and ``code``."""
    return _http_response({"error": str(error), "code": "bad_input"}, HTTPStatus.BAD_REQUEST)


@app.not_found
def handle_unknown_route(_error: Exception) -> Response[str]:
    """Status 404 with the routes that exist."""
    path = one_line(app.current_event.path, 100)
    sentence = f"there is no {one_line(app.current_event.http_method, 20)} {path}; there is {ROUTES}"
    return _http_response({"error": sentence, "code": "no_such_route"}, HTTPStatus.NOT_FOUND)


@logger.inject_lambda_context(clear_state=True, log_event=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``event`` is a Function URL event, payload format 2.0.

    Raises:
        NotAuthorized: It is none: somebody invoked the function directly.
    """
    with count_refusals(context):
        if not (claim(event, "rawPath") and claim(event, "requestContext", "http", "method")):
            raise NotAuthorized("the event is not from the function's URL; nothing was changed")
    return app.resolve(event, context)


def _respond(name: str, response_type: ResponseType) -> Response[str]:
    who = _caller()
    result = respond(name, response_type, _body(), who, build_tools(Tools))
    logger.info("answered", code=result["code"])
    return _http_response(result)


def _caller() -> Caller:
    who = caller(app.current_event.raw_event["requestContext"], settings().stack)
    logger.append_keys(caller=one_line(who.arn), path=one_line(app.current_event.path, 100))
    return who


def _body() -> str:
    check_content_type(app.current_event.headers.get("content-type", ""))
    try:
        body = app.current_event.decoded_body or ""
    except ValueError as error:
        raise BadInput("the body must be UTF-8 text") from error
    check_size(body)
    return body


def _http_response(document: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    headers = {"Cache-Control": "no-store"}
    return Response(status.value, JSON, json.dumps(document), headers)
