"""The API over HTTP: parameters are read, IAM and armed faults are asked, the call's handler answers."""

import logging
import uuid
from collections.abc import Iterator
from typing import Any, cast

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.request import Request
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.redshift.models import redshift_backends
from moto.redshift.responses import RedshiftResponse as MotoRedshiftResponse

from local.callers import hold_back
from local.http_server import DropConnection
from local.iam.authorization import AccessDeniedError, authorize
from local.iam.conditions import UnknownOperatorError
from local.iam.identity import caller
from local.redshift.api.dependents import REFUSALS
from local.redshift.api.parameters import invalid_action, read_parameters
from local.redshift.api.permissions import permissions_for_call
from local.redshift.api.registry import CALLS
from local.redshift.api.serialize import render_error, render_result
from local.redshift.errors import RedshiftError, http_status
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.tags import merge_tags

log = logging.getLogger(__name__)
MOTO_CALLS = frozenset(method_names_from_class(MotoRedshiftResponse))


class RedshiftResponse(MotoRedshiftResponse):
    """One request. Its errors have AWS's shape, those of moto's calls included."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {}  # noqa: RUF012 moto's own would claim `creating` for what is not

    params: dict[str, Any]

    @property
    def backend(self) -> RedshiftBackend:
        """The state of the account and Region that the caller signed for."""
        return cast("RedshiftBackend", redshift_backends[self.current_account][self.region])

    def _dispatch(self, request: Request, full_url: str | None = None, headers: Any = None) -> TYPE_RESPONSE:
        try:
            self.setup_class(request, full_url, headers)
            return self._answer()
        except ServiceException as error:
            return self._failure(error.code, error.message)
        except DropConnection:
            raise
        except Exception:
            log.exception("Redshift could not answer %s", request.values.get("Action"))
            return self._failure(
                "InternalFailure", "The request processing has failed because of an unknown error."
            )

    def parse_parameters(self, request: Request) -> None:
        """Read the parameters, typed and checked (moto calls this while it sets a call up)."""
        self.params = read_parameters(request, self._get_action())

    def _answer(self) -> TYPE_RESPONSE:
        call, cluster = self._get_action() or "", self._cluster_of_call()
        if call not in CALLS and camelcase_to_underscores(call) not in MOTO_CALLS:
            raise invalid_action(call)
        with self.backend.lock:
            now = self.backend.now()
            self._authorize(call)
            self.backend.faults.refuse(call, cluster, now)
            delay = self.backend.faults.delay(call, cluster, now)
            answer = self.call_action()
            lost = answer[0] < 300 and self.backend.faults.loses_response(call, cluster, now)  # noqa: PLR2004 success
        if delay is not None:
            hold_back(self.backend.context.clock, self.headers, now + delay)
        if lost:
            self._hang_up(answer)
        return answer

    def _authorize(self, call: str) -> None:
        """Refuse what IAM does not allow the caller.

        Raises:
            RedshiftError: ``AccessDenied``, or what it is called in a service that the call depends on;
                ``NotImplemented`` for policies that cannot be evaluated.
        """
        context = self.backend.context
        try:
            needed = permissions_for_call(self.backend, call, self.params)
            authorize(caller(self.headers, context), needed, context, self.region)
        except AccessDeniedError as error:
            code = REFUSALS.get(error.action.partition(":")[0], "AccessDenied")
            raise RedshiftError(code, str(error)) from error
        except UnknownOperatorError as error:
            raise RedshiftError("NotImplemented", str(error)) from error

    def _cluster_of_call(self) -> str | None:
        """The cluster that the call names: by identifier, also in a filter, or by an ARN."""
        parameters = getattr(self, "params", {})
        if named := parameters.get("ClusterIdentifier"):
            return str(named)
        texts = [each for value in parameters.values() for each in _texts(value)]
        arns = [each for each in texts if each.startswith("arn:")]
        for arn in arns:
            _, cluster_arn, identifier = arn.partition(":cluster:")
            if cluster_arn:
                return identifier
        clusters = self.backend.clusters_by_id.values()
        return next(
            (each.identifier for each in clusters if {each.namespace_arn, each.identifier} & {*texts}), None
        )

    def call_action(self) -> TYPE_RESPONSE:
        """Answer by the call's handler, or as moto does where there is none."""
        call = CALLS.get(self._get_action())
        if call is None:
            if "Tags" in self.params:
                self.params["Tags"] = merge_tags([], self.params["Tags"])
            return super().call_action()
        try:
            result = call.handler(self.backend, self.params)
            rendered = render_result(call.name, result, str(uuid.uuid4()))
            status, headers, body = cast("TYPE_RESPONSE", (200, {"Content-Type": "text/xml"}, rendered))
        except ServiceException as error:
            status, headers, body = self._failure(error.code, error.message)
        return status, *self._enrich_response({**self.response_headers, **headers}, body)

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Moto's results as moto writes them, but errors in our shape."""
        error = action_result.result
        if isinstance(error, ServiceException):
            return self._failure(error.code, error.message)
        return super().serialized(action_result)

    def _failure(self, code: str, message: str) -> TYPE_RESPONSE:
        request_id, status = str(uuid.uuid4()), http_status(code)
        headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
        return status, headers, render_error(code, message, status, request_id)

    def _hang_up(self, answer: TYPE_RESPONSE) -> None:
        """Close the connection without an answer; CloudTrail records what the answer would have been."""
        status, headers, body = answer
        raise DropConnection((str(status), headers, body if isinstance(body, bytes) else body.encode()))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a parameter."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
