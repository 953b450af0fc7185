"""Facts about approvals: people, a request, and answers to it, to be changed where a rule looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from steward.domain.approval import Request, request_id
from steward.domain.ruling import Reply, Ruling, Verb, answer
from steward.domain.run import DEPROVISION, Run
from tests.support.facts import NOW

ACCOUNT = "123456789012"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
"""Ann asks, Bob may approve, Eve may not."""

RUN = Run(
    f"arn:aws:states:eu-central-1:{ACCOUNT}:execution:deprovision:one",
    "one",
    "2026-11-21T20:00:00Z",
    DEPROVISION,
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
