"""Lambda function behind the approvals' Function URL."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.lambda_function_url import LambdaFunctionUrlResolver

from steward.adapters.toolbox import build_tools
from steward.domain.approvals.evaluate import Refused, Verb
from steward.domain.errors import BadInput
from steward.handlers.log import logger
from steward.steps.approvals.approvals_api import (
    Caller,
    Tools,
    caller,
    list_requests,
    reply,
    show_request,
    start_run,
)

app = LambdaFunctionUrlResolver()

ROUTES = "GET /requests, GET /requests/ID, POST /requests, POST /requests/ID/approve, …/reject, …/cancel"


@app.get("/requests")
def list_all() -> Response[str]:
    """Every open request, and the newest of the others."""
    return _answer(list_requests(_caller(), build_tools(Tools)))


@app.get("/requests/<name>")
def show(name: str) -> Response[str]:
    """One request."""
    return _answer(show_request(name, _caller(), build_tools(Tools)))


@app.post("/requests")
def start() -> Response[str]:
    """Ask for clusters to be retired."""
    return _answer(start_run(_body(), _caller(), build_tools(Tools)))


@app.post("/requests/<name>/approve")
def approve(name: str) -> Response[str]:
    """Approve a request."""
    return _replied(name, Verb.APPROVE)


@app.post("/requests/<name>/reject")
def reject(name: str) -> Response[str]:
    """Reject a request."""
    return _replied(name, Verb.REJECT)


@app.post("/requests/<name>/cancel")
def cancel(name: str) -> Response[str]:
    """Cancel a request, or what has become of it."""
    return _replied(name, Verb.CANCEL)


@app.exception_handler(Refused)  # type: ignore[untyped-decorator]  # Powertools does not say its type
def refused(error: Refused) -> Response[str]:
    """What is not done, in one sentence."""
    logger.info("refused", code=error.code)
    return _answer({"error": str(error), "code": error.code}, error.status)


@app.exception_handler(BadInput)  # type: ignore[untyped-decorator]  # Powertools does not say its type
def bad_input(error: BadInput) -> Response[str]:
    """What can not be understood, in one sentence."""
    return _answer({"error": str(error), "code": "bad_input"}, HTTPStatus.BAD_REQUEST)


@app.not_found
def no_such_route(_error: Exception) -> Response[str]:
    """What there is instead."""
    sentence = f"there is no {app.current_event.http_method} {app.current_event.path}; there is {ROUTES}"
    return _answer({"error": sentence, "code": "no_such_route"}, HTTPStatus.NOT_FOUND)


@logger.inject_lambda_context(clear_state=True, log_event=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Called by Lambda for each HTTP request that IAM has let through."""
    return app.resolve(event, context)


def _replied(name: str, verb: Verb) -> Response[str]:
    who = _caller()
    done = reply(name, verb, _body(), who, build_tools(Tools))
    logger.info("answered", code=done["code"])
    return _answer(done)


def _caller() -> Caller:
    who = caller(app.current_event.raw_event["requestContext"])
    logger.append_keys(caller=who.arn, path=app.current_event.path)
    return who


def _body() -> str:
    try:
        return app.current_event.decoded_body or ""
    except ValueError as error:
        raise BadInput("the body must be UTF-8 text") from error


def _answer(document: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    headers = {"Cache-Control": "no-store"}
    return Response(status.value, "application/json", json.dumps(document), headers)
