"""Facts about approvals: people, a request, and answers to it, to be changed where a rule looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.ledger.requests import Kept, Requests
from steward.domain.approvals.evaluate import Reply, Ruling, Verb, answer
from steward.domain.approvals.requests import Request, from_document, request_id, to_document
from steward.domain.run import Run
from steward.domain.workflows import DEPROVISION
from tests.support.facts import NOW

if TYPE_CHECKING:
    from datetime import datetime

ACCOUNT = "123456789012"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
"""Ann asks, Bob may approve, Eve may not."""

RUN = Run(
    f"arn:aws:states:eu-central-1:{ACCOUNT}:execution:deprovision:one",
    "one",
    "2026-11-21T20:00:00Z",
    DEPROVISION.name,
)
HASH = "0123456789abcdef"

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
    requested_at=NOW,
    expires_at=NOW + timedelta(days=3),
    approvers=(ANN, BOB),
)


def request(**changes: Any) -> Request:
    """Ann's request about the cluster sales, with some facts changed."""
    return replace(WAITING, **changes)


def reply(verb: Verb = Verb.APPROVE, **changes: Any) -> Reply:
    """Bob's approval of the plan that the request is about, an hour after it was asked for."""
    return replace(Reply(verb, BOB, NOW + timedelta(hours=1), HASH), **changes)


def said(asked: Request, verb: Verb = Verb.APPROVE, **changes: Any) -> Ruling:
    """What becomes of a reply."""
    return answer(asked, reply(verb, **changes))


class Folder(Requests):
    """Requests on a table of paper: the ledger's rules without a ledger."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.started: dict[str, str] = {}

    def find(self, name: str) -> Kept | None:
        """What was written last, read as from JSON."""
        kept = self.kept.get(name)
        return kept and replace(kept, request=from_document(to_document(kept.request)))

    def write(self, request: Request, token: str, former: Kept | None) -> bool:
        """Only upon what was read."""
        known = self.kept.get(request.id)
        if known is not None and (former is None or known.version != former.version):
            return False
        self.kept[request.id] = Kept(request, known.version + 1 if known else 1, token)
        return True

    def recent(self, now: datetime) -> list[Request]:
        """All of them."""
        assert now
        return [kept.request for kept in self.kept.values()]

    def vouch(self, execution: str, requester: str, now: datetime) -> None:
        """Keep who asked."""
        assert now
        self.started[execution] = requester

    def vouched(self, execution: str) -> str:
        """Who asked."""
        return self.started.get(execution, "")


class Tasks:
    """Tasks that wait for tokens: what they were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Any]] = []
        self.over: set[str] = set()

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        """Tell a task that still waits."""
        return self._tell(token, "approved", output)

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Tell a task that still waits."""
        return self._tell(token, error, cause)

    def _tell(self, token: str, what: str, detail: Any) -> bool:
        if token in self.over:
            return False
        self.over.add(token)
        self.told.append((token, what, detail))
        return True
