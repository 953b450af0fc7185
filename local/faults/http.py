"""Faults at run time over HTTP, for users of `make local`: ``/_steward/faults``.

``GET`` lists the armed faults, ``POST`` arms one fault or a list of them (JSON, in the words of a fleet file;
docs/scenarios.md), ``DELETE`` disarms all. A bad request gets one sentence, status 400.
"""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from local.context import Context
from local.faults.arming import arm, disarm, list_faults
from local.fleet.reading import FleetError, parse_faults
from local.http_server import Application, Environ
from local.strict_json import parse_json

PATH = "/_steward/faults"


class FaultsEndpoint:
    """A web application: answers `PATH` and leaves every other path to local AWS.

    Args:
        context: Whose faults.
        application: Local AWS.
    """

    def __init__(self, context: Context, application: Application) -> None:
        self._context = context
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._application(environ, start_response)
        status, document = self._answer(environ)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
        return [json.dumps(document, indent=2).encode() + b"\n"]

    def _answer(self, environ: Environ) -> tuple[HTTPStatus, dict[str, Any]]:
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "POST", "DELETE"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": f"{method} {PATH}: use GET, POST or DELETE"}
        if method == "DELETE":
            disarm(self._context)
        if method == "POST":
            try:
                faults = parse_faults(_documents(environ["wsgi.input"].read()))
            except FleetError as error:
                return HTTPStatus.BAD_REQUEST, {"error": str(error)}
            for fault in faults:
                arm(self._context, fault)
        return HTTPStatus.OK, {"faults": list_faults(self._context)}


def _documents(body: bytes) -> list[Any]:
    try:
        document = parse_json(body)
    except ValueError as error:
        raise FleetError(f"the body is not JSON: {error}; send a fault or a list of faults") from error
    return document if isinstance(document, list) else [document]
