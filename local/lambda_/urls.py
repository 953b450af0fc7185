"""Function URLs, served at ``http://localhost:PORT/lambda-url/ID/``.

On AWS each has a host name of its own; here it is a path, for no other name than localhost reaches this
machine everywhere. What CreateFunctionUrlConfig and CloudFormation call ``FunctionUrl`` is that address, and
the handler's event has the path after it. Requests are signed as they are sent: for the service ``lambda``,
with this whole path. Presigned URLs, CORS and response streaming are not served.

Who may call (Lambda developer guide, "Control access to Lambda function URLs"): with ``AWS_IAM`` whoever has
lambda:InvokeFunctionUrl and lambda:InvokeFunction by their own policy or the function's; with ``NONE``
everybody, if the function's policy gives both to ``*``.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import GenericResourcNotFound
from moto.awslambda.models import lambda_backends

from local.callers import counts_as_work
from local.iam.authorization import AccessDeniedError, Permission, authorize
from local.iam.conditions import UnknownOperatorError
from local.iam.policy import Effect, Request, effect
from local.iam.signature import SignatureRefusedError, SignedRequest, signed_request, verify
from local.lambda_.errors import InvalidRuntimeError, RoleNotAssumableError, TooManyRequestsError
from local.lambda_.url_configs import PREFIX, LocalUrlConfig
from local.lambda_.url_events import Answer, InvalidAnswerError, UrlCall, answer_of, event_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from moto.awslambda.models import LambdaFunction

    from local.context import Context
    from local.http_server import Application, Environ
    from local.iam.identity import Caller
    from local.iam.patterns import RequestContext
    from local.lambda_.service import FunctionService

LOG = logging.getLogger("local")
REASON = "X-Local-Aws-Reason"
"""A header that says why a request was refused; AWS says no more than ``Forbidden``."""

ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
"""Both are needed, since October 2025."""


class FunctionUrls:
    """A web application: answers function URLs and leaves every other path to local AWS.

    Args:
        context: The local AWS at hand.
        service: Runs the functions; None while there are none.
        application: Local AWS.
    """

    def __init__(
        self, context: Context, service: Callable[[], FunctionService], application: Application
    ) -> None:
        self._context = context
        self._service = service
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._application(environ, start_response)
        answer = self._answer(signed_request(environ))
        phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
        start_response(f"{answer.status} {phrase}", answer.headers)
        return [answer.body]

    def _answer(self, request: SignedRequest) -> Answer:
        path, _, query = request.target.partition("?")
        url_id, _, rest = path.removeprefix(PREFIX).partition("/")
        config = self._config(url_id)
        if config is None:
            return _message(HTTPStatus.NOT_FOUND, f"local AWS has no function URL {url_id}")
        try:
            caller = self._authorize_caller(config, request)
        except (AccessDeniedError, SignatureRefusedError, UnknownOperatorError) as refusal:
            LOG.info("%s is refused: %s", request.target, refusal)
            return _message(HTTPStatus.FORBIDDEN, "Forbidden", reason=str(refusal))
        call = UrlCall(
            url_id,
            config.function.region,
            f"/{rest}",
            query,
            self._service().workers.unique_id(),
            self._context.clock.now(),
            caller,
        )
        counted = counts_as_work({"User-Agent": request.headers.get("user-agent", "")})
        return self._invoke(config.function, event_of(request, call), counted=counted)

    def _config(self, url_id: str) -> LocalUrlConfig | None:
        for backend in list(lambda_backends[self._context.account].values()):
            for function in backend.list_functions():
                config = function.url_config
                if isinstance(config, LocalUrlConfig) and config.url_id == url_id:
                    return config
        return None

    def _authorize_caller(self, config: LocalUrlConfig, request: SignedRequest) -> Caller | None:
        """Who calls, None for anybody.

        Raises:
            AccessDeniedError: They may not.
            SignatureRefusedError: The signature does not prove who calls.
        """
        permissions = list(_permissions(config))
        if config.auth_type == "NONE":
            for permission in permissions:
                _check_public(permission)
            return None
        region = config.function.region
        caller = verify(request, self._context, "lambda", region)
        authorize(caller, permissions, self._context, region)
        return caller

    def _invoke(self, function: LambdaFunction, event: dict[str, Any], *, counted: bool) -> Answer:
        try:
            outcome, _ = self._service().run(function, json.dumps(event).encode(), counted=counted)
        except TooManyRequestsError:
            return _message(HTTPStatus.TOO_MANY_REQUESTS, "Rate Exceeded.")
        except (InvalidRuntimeError, RoleNotAssumableError) as error:
            return _message(HTTPStatus.BAD_GATEWAY, "Internal Server Error", reason=str(error.message))
        if outcome.error_type is not None:
            return _bad_gateway(f"the function failed: {outcome.payload.decode(errors='replace')}")
        try:
            return answer_of(outcome.payload)
        except InvalidAnswerError as error:
            return _bad_gateway(f"the function's answer has the wrong form: {error}")


def _permissions(config: LocalUrlConfig) -> Iterator[Permission]:
    context: RequestContext = {
        "lambda:functionurlauthtype": (config.auth_type,),
        "lambda:invokedviafunctionurl": ("true",),
    }
    policy: str | None = None
    with suppress(GenericResourcNotFound):
        policy = json.dumps(config.function.policy.get_policy()["Policy"])
    for action in ACTIONS:
        yield Permission(action, config.function.function_arn, context, policy)


def _check_public(permission: Permission) -> None:
    """Refuse what the function's policy does not allow to everybody."""
    policies = [permission.resource_policy] if permission.resource_policy else []
    if (
        effect(policies, Request(permission.action, permission.resource, permission.context))
        is not Effect.ALLOW
    ):
        raise AccessDeniedError(f"the function's policy does not allow {permission.action} to everybody")


def _message(status: HTTPStatus, message: str, *, reason: str = "") -> Answer:
    headers = [("Content-Type", "application/json")] + ([(REASON, _line(reason))] if reason else [])
    return Answer(status, json.dumps({"Message": message}).encode(), headers)


def _bad_gateway(reason: str) -> Answer:
    LOG.info("a function URL answers 502: %s", reason)
    headers = [("Content-Type", "text/plain"), (REASON, _line(reason))]
    return Answer(HTTPStatus.BAD_GATEWAY, b"Internal Server Error", headers)


def _line(text: str) -> str:
    """A text as a header can carry it."""
    return " ".join(text.encode("ascii", "replace").decode().split())[:500]
