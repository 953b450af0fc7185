"""The approvals' Function URL: requests for deletions, listed and answered with the caller's own credentials.

AWS itself tells the function who calls: every request is signed (Signature Version 4, service ``lambda``;
Lambda developer guide, "Control access to Lambda function URLs").
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.aws import Deployed

SECONDS = 35
"""Longer than the function itself may take, so that its own answer comes."""

CODES = {
    HTTPStatus.BAD_REQUEST: Exit.USAGE,
    HTTPStatus.FORBIDDEN: Exit.ATTENTION,
    HTTPStatus.NOT_FOUND: Exit.NOT_FOUND,
    HTTPStatus.CONFLICT: Exit.ATTENTION,
    HTTPStatus.GONE: Exit.ATTENTION,
}
"""Exit codes of the function's own refusals; every other status is AWS's."""

OPEN = {"waiting", "approved"}
"""Statuses of a request that can still be cancelled."""


class Approvals:
    """A client of the Function URL."""

    def __init__(self, stack: Deployed) -> None:
        stack.machine_of("deprovision")
        self._stack = stack
        self._url = stack.outputs["ApprovalsUrl"].rstrip("/")
        self._http = URLLib3Session(timeout=SECONDS)

    def all(self) -> list[dict[str, Any]]:
        """Every open request, and the newest of the others."""
        return list(self._call("GET", "/requests")["requests"])

    def find(self, name: str) -> dict[str, Any]:
        """The request that a person means: its id or the beginning of it, or a cluster with one open request.

        Raises:
            Trouble: There is none, or there are several.
        """
        requests = self.all()
        meant = [each for each in requests if each["id"] == name]
        meant = meant or [each for each in requests if each["cluster"] == name and is_open(each)]
        meant = meant or [each for each in requests if each["id"].startswith(name)]
        if len(meant) > 1:
            ids = ", ".join(each["id"] for each in meant)
            raise Trouble(f'"{clean(name)}" may be any of {ids}; say which', Exit.USAGE)
        if meant:
            return meant[0]
        return dict(self._call("GET", f"/requests/{quote(name, safe='')}"))

    def start(self, clusters: Sequence[str], reason: str) -> dict[str, Any]:
        """Ask for clusters to be retired."""
        return self._call("POST", "/requests", {"clusters": list(clusters), "reason": reason})

    def answer(self, request: dict[str, Any], verb: str, reason: str) -> dict[str, Any]:
        """Approve, reject or cancel a request; an answer is about the plan that was shown."""
        said = {} if verb == "cancel" else {"plan_hash": request["plan_hash"]}
        path = f"/requests/{quote(request['id'], safe='')}/{verb}"
        return self._call("POST", path, said | ({"reason": reason} if reason else {}))

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body is not None else b""
        headers = {"Content-Type": "application/json"} if data else {}
        request = AWSRequest(method=method, url=self._url + path, data=data, headers=headers)
        credentials = self._stack.session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        SigV4Auth(credentials, "lambda", self._stack.region).add_auth(request)
        answer = self._http.send(request.prepare())
        self._stack.clock.hear(answer)
        return _read(answer)


def is_open(request: dict[str, Any]) -> bool:
    """Whether the run may still act on the request."""
    return request["status"] in OPEN and not request.get("closed_at")


def _read(answer: Any) -> dict[str, Any]:
    """The document in an answer.

    Raises:
        Trouble: It is a refusal.
    """
    document = _document(answer.content)
    if answer.status_code == HTTPStatus.OK and document is not None:
        return document
    if document is not None and "error" in document:
        raise Trouble(clean(document["error"]), CODES.get(answer.status_code, Exit.AWS))
    if answer.status_code == HTTPStatus.FORBIDDEN:
        missing = "lambda:InvokeFunctionUrl and lambda:InvokeFunction on the function Approvals"
        raise Trouble(f"AWS denies you the approvals' URL; ask for {missing}", Exit.AWS)
    status = answer.status_code
    raise Trouble(f"the approvals' URL failed with HTTP status {status}; see the function's log", Exit.AWS)


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
