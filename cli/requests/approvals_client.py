"""Client of the approvals' Function URL: lists, submits and answers deletion requests.

Every call is signed with the caller's own credentials (Signature Version 4, service ``lambda``), so that AWS
itself tells the function who calls (Lambda developer guide, "Control access to Lambda function URLs"). What
changes something carries a proof besides (`cli.requests.sign_answer`).
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session

from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.requests.sign_answer import signed_body
from cli.text import clean

CONNECT_SECONDS, ANSWER_SECONDS = 5, 125
"""Longer than the function's own timeout (`infra.function.TIMEOUT`): given up on earlier, a request would be
carried out and nobody would see the answer."""

CODES = {
    HTTPStatus.BAD_REQUEST: ExitCode.USAGE,
    HTTPStatus.FORBIDDEN: ExitCode.ATTENTION,
    HTTPStatus.NOT_FOUND: ExitCode.NOT_FOUND,
    HTTPStatus.CONFLICT: ExitCode.ATTENTION,
    HTTPStatus.GONE: ExitCode.ATTENTION,
}
"""Exit codes of the function's own refusals; any other status comes from AWS."""

OPEN_STATUSES = {"waiting", "approved"}
"""Statuses of a request that can still be cancelled."""


class ApprovalsClient:
    """Signed calls to the Function URL; refusals become `CliError`."""

    def __init__(self, stack: DeployedStack) -> None:
        stack.machine_arn("deprovision")
        self._stack = stack
        self._url = stack.outputs["ApprovalsUrl"].rstrip("/")
        limits: Any = (CONNECT_SECONDS, ANSWER_SECONDS)  # botocore takes pairs, its stubs do not say so
        self._http = URLLib3Session(timeout=limits)

    def list_requests(self) -> list[dict[str, Any]]:
        """Every open request, then the newest closed ones."""
        return list(self._call("GET", "/requests")["requests"])

    def find(self, name: str) -> dict[str, Any]:
        """The request with this id or prefix, or the only open request for the cluster ``name``.

        Raises:
            CliError: Nothing matches, or several requests do.
        """
        requests = self.list_requests()
        matches = [each for each in requests if each["id"] == name]
        matches = matches or [each for each in requests if each["cluster"] == name and is_open(each)]
        matches = matches or [each for each in requests if each["id"].startswith(name)]
        if len(matches) > 1:
            ids = ", ".join(each["id"] for each in matches)
            raise CliError(f'"{clean(name)}" matches several requests: {ids}; use one id', ExitCode.USAGE)
        if matches:
            return matches[0]
        return dict(self._call("GET", f"/requests/{quote(name, safe='')}"))

    def submit(self, clusters: Sequence[str], reason: str) -> dict[str, Any]:
        """Request the deletion of these clusters; answers ``run``, ``execution`` and ``requested_by``."""
        body = {"clusters": list(clusters), "reason": reason}
        return self._call("POST", "/requests", self._signed(body, answer="request"))

    def answer(self, request: dict[str, Any], verb: str, reason: str) -> dict[str, Any]:
        """Approve, reject or cancel; approvals and rejections name the hash of the plan that was shown."""
        body: dict[str, Any] = {} if verb == "cancel" else {"plan_hash": request["plan_hash"]}
        path = f"/requests/{quote(request['id'], safe='')}/{verb}"
        body |= {"reason": reason} if reason else {}
        return self._call("POST", path, self._signed(body, answer=verb, request=request["id"]))

    def _signed(self, body: dict[str, Any], **about: Any) -> dict[str, Any]:
        return signed_body(
            body, self._credentials, self._stack.client("sts"), stack=self._stack.stack, **about
        )

    @property
    def _credentials(self) -> Credentials:
        credentials = self._stack.session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return credentials

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body is not None else b""
        headers = {"Content-Type": "application/json"} if data else {}
        request = AWSRequest(method=method, url=self._url + path, data=data, headers=headers)
        SigV4Auth(self._credentials, "lambda", self._stack.region).add_auth(request)
        response = self._http.send(request.prepare())
        self._stack.clock.update(response)
        return _parse_response(response)


def is_open(request: dict[str, Any]) -> bool:
    return request["status"] in OPEN_STATUSES and not request.get("closed_at")


def _parse_response(response: Any) -> dict[str, Any]:
    """The response's document.

    Raises:
        CliError: The function or AWS refused the call.
    """
    document = _document(response.content)
    status = response.status_code
    if status == HTTPStatus.OK and document is not None:
        return document
    if document is not None and "error" in document:
        raise CliError(clean(document["error"]), CODES.get(status, ExitCode.AWS))
    if status == HTTPStatus.FORBIDDEN:
        missing = "lambda:InvokeFunctionUrl and lambda:InvokeFunction on the function Approvals"
        raise CliError(f"Access denied: you need {missing}", ExitCode.AWS)
    raise CliError(f"The approvals API failed with HTTP {status}; see the function's log", ExitCode.AWS)


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
