"""Facts about approvals: people, a request, and answers to it, to be changed where a rule looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.ledger.requests import Requests, StoredRequest
from steward.domain.approvals.evaluate import Evaluation, Response, ResponseType, evaluate
from steward.domain.approvals.requests import Request, from_document, request_id, to_document
from steward.domain.run import Run
from steward.domain.workflows import DEPROVISION
from tests.support.facts import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ACCOUNT = "123456789012"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
"""Ann requests, Bob may approve, Eve may not."""

RUN = Run(
    f"arn:aws:states:eu-central-1:{ACCOUNT}:execution:deprovision:one",
    "one",
    "2026-11-21T20:00:00Z",
    DEPROVISION.name,
)
HASH = "0123456789abcdef"

SIGNED_AT = NOW + timedelta(hours=1)
PROOF = {
    "authorization": "AWS4-HMAC-SHA256 Credential=AKIABOB/20261121/eu-central-1/sts/aws4_request, "
    f"SignedHeaders=content-type;host;x-amz-date;x-steward-answer, Signature={'0a' * 32}",
    "date": f"{SIGNED_AT:%Y%m%dT%H%M%SZ}",
}
"""A proof as a body holds it, of `SIGNED_AT`."""


class BelievingSts:
    """STS that takes every signature for that of one user."""

    region = "eu-central-1"

    def __init__(self, signer: str = BOB) -> None:
        self.signer = signer

    def of(self, headers: Mapping[str, str]) -> tuple[str, datetime]:
        """As `CallerIdentity.of`."""
        assert headers["authorization"] == PROOF["authorization"]
        return self.signer, SIGNED_AT


WAITING = Request(
    id=request_id(RUN, "sales"),
    run=RUN.name,
    execution=RUN.arn,
    started_at=NOW - timedelta(hours=1),
    cluster="sales",
    plan_hash=HASH,
    plan={"final_snapshot": "sales-final-20261121"},
    requested_by=ANN,
    proven=True,
    requester_person=ANN,
    requested_at=NOW,
    expires_at=NOW + timedelta(days=3),
    approvers=(ANN, BOB),
)


def request(**changes: Any) -> Request:
    """Ann's request about the cluster sales, with some facts changed."""
    return replace(WAITING, **changes)


def response(response_type: ResponseType = ResponseType.APPROVE, **changes: Any) -> Response:
    """Bob's approval of the request's plan, an hour after the request."""
    by = changes.pop("by", BOB)
    given = Response(response_type, by, NOW + timedelta(hours=1), HASH, person=changes.pop("person", by))
    return replace(given, **changes)


def evaluation_of(
    asked: Request, response_type: ResponseType = ResponseType.APPROVE, **changes: Any
) -> Evaluation:
    """The evaluation of Bob's response, with some facts changed."""
    return evaluate(asked, response(response_type, **changes))


class FakeRequests(Requests):
    """Requests in memory, with the ledger's rule for concurrent writes."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredRequest] = {}
        self.requesters: dict[str, tuple[str, str]] = {}

    def find(self, name: str) -> StoredRequest | None:
        """What was written last, after a round trip through JSON."""
        stored = self.stored.get(name)
        return stored and replace(stored, request=from_document(to_document(stored.request)))

    def write(self, request: Request, token: str, previous: StoredRequest | None) -> bool:
        """Only upon what was read."""
        known = self.stored.get(request.id)
        if known is not None and (previous is None or known.version != previous.version):
            return False
        self.stored[request.id] = StoredRequest(request, known.version + 1 if known else 1, token)
        return True

    def recent(self, now: datetime) -> list[Request]:
        """All of them."""
        assert now
        return [stored.request for stored in self.stored.values()]

    def record_requester(self, execution: str, requester: str, access_key: str, now: datetime) -> None:
        """Keep who asked first."""
        assert now
        self.requesters.setdefault(execution, (requester, access_key))

    def requester_of(self, execution: str) -> tuple[str, str]:
        """Who asked."""
        return self.requesters.get(execution, ("", ""))


class FakeTasks:
    """Tasks that wait for a token, and the answers that they received."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str, Any]] = []
        self.ended: set[str] = set()

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        """Tell a task that still waits."""
        return self._tell(token, "approved", output)

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Tell a task that still waits."""
        return self._tell(token, error, cause)

    def _tell(self, token: str, what: str, detail: Any) -> bool:
        if token in self.ended:
            return False
        self.ended.add(token)
        self.answers.append((token, what, detail))
        return True
