"""A client of the approvals' handler, whose AWS is a fake."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from steward.adapters.approvals import DeprovisionRuns
from steward.adapters.cloudtrail import CloudTrailUnavailable
from steward.handlers.approvals import api
from steward.steps.approvals.approvals_api import Tools
from tests.support.approvals import (
    BOB,
    PROOF,
    RUN,
    SIGNED_AT,
    WAITING,
    FakeRequests,
    FakeTasks,
)
from tests.support.facts import NOW

if TYPE_CHECKING:
    from steward.domain.approvals.evaluate import RequestRefused
    from steward.domain.approvals.requests import Status

TOKEN = "a-token-that-nobody-sees"
SOON = NOW + timedelta(hours=1)
ONE = f"/requests/{WAITING.id}"
CONTEXT = SimpleNamespace(
    function_name="approvals",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:approvals",
    aws_request_id="1",
)


class FakeAws:
    """Step Functions, CloudTrail and STS, as far as the API uses them."""

    region = "eu-central-1"

    def __init__(self) -> None:
        self.signer = BOB
        self.refused_signature: RequestRefused | None = None
        self.asked_sts: list[dict[str, str]] = []
        self.answered_at = SIGNED_AT
        self.run_is_running = True
        self.records: list[dict[str, Any]] = []
        self.cloudtrail_fails = False
        self.started: list[dict[str, Any]] = []
        self.looked_up: list[tuple[str, datetime, datetime]] = []

    def is_running(self, arn: str) -> bool:
        """The answer that the test has set."""
        return arn == RUN.arn and self.run_is_running

    def start_execution(self, **asked: Any) -> None:
        """Keep what is started."""
        self.started.append(asked)

    exceptions = SimpleNamespace(ExecutionAlreadyExists=FileExistsError)

    def of(self, headers: dict[str, str]) -> tuple[str, datetime]:
        """What STS says of a signature."""
        self.asked_sts.append(headers)
        if self.refused_signature:
            raise self.refused_signature
        return self.signer, self.answered_at

    def first(self, name: str, since: datetime, until: datetime, fits: Any) -> dict[str, Any] | None:
        """CloudTrail's latest record that fits."""
        self.looked_up.append((name, since, until))
        if self.cloudtrail_fails:
            raise CloudTrailUnavailable("CloudTrail cannot be queried: throttled")
        return next(filter(fits, self.records), None)

    def about(self, resource: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """CloudTrail's records that name a resource."""
        self.looked_up.append((resource, since, until))
        return self.records


class ApiClient:
    """Calls the handler, whose tools are fakes."""

    def __init__(self) -> None:
        self.requests, self.tasks, self.aws = FakeRequests(), FakeTasks(), FakeAws()
        aws: Any = self.aws
        tasks: Any = self.tasks
        runs = DeprovisionRuns(aws, RUN.arn.rpartition(":")[0])
        self.approval = SimpleNamespace(required=True)
        policy: Any = SimpleNamespace(section=lambda _: SimpleNamespace(approval=self.approval))
        self.tools = Tools(self.requests, tasks, aws, aws, runs, aws, policy)

    def store(self, stored: Any = WAITING) -> None:
        """Write a request to the ledger."""
        assert self.requests.write(stored, TOKEN, self.requests.find(stored.id))

    @property
    def status(self) -> Status:
        """The status of the request that every test is about."""
        return self.requests.stored[WAITING.id].request.status

    def call(
        self, method: str, path: str, body: Any = None, by: str | None = BOB, at: datetime = SOON, **more: Any
    ) -> tuple[int, Any]:
        """One call of the URL: HTTP status and JSON."""
        self.aws.signer = by or ""
        if method == "POST" and (isinstance(body, dict) or body is None):
            body = {"proof": PROOF} | (body or {})
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        event = _event(method, path, text, by, at) | more
        answer = api.handler(event, CONTEXT)
        assert TOKEN not in json.dumps(answer)
        assert answer["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return answer["statusCode"], json.loads(answer["body"])

    def refusal(self, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, str, str]:
        """Status, code and sentence of a call that is refused."""
        status, answer = self.call(method, path, body, **how)
        assert set(answer) == {"error", "code"}
        return status, answer["code"], answer["error"]


def _event(method: str, path: str, body: str | None, by: str | None, at: datetime) -> dict[str, Any]:
    """As Lambda gives it (developer guide, "Invoking function URLs", payload format 2.0)."""
    authorizer = {"authorizer": {"iam": {"userArn": by, "accountId": "123456789012"}}} if by else {}
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""}
    context = {
        "accountId": "123456789012",
        "domainName": "abc.lambda-url.eu-central-1.on.aws",
        "http": http,
        "requestId": "0f3c",
        "stage": "$default",
        "timeEpoch": int(at.timestamp() * 1000),
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": context | authorizer,
        "body": body,
        "isBase64Encoded": False,
    }
