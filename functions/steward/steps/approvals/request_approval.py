"""Ask: a run wants to delete a cluster, and waits for a person to say yes to exactly this plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steward.adapters.approvals import WaitingTasks
from steward.adapters.ledger.requests import Kept, Requests
from steward.adapters.notices import Events, Notices
from steward.domain.approvals.notice import subject, text
from steward.domain.approvals.requests import (
    POLICY,
    UNKNOWN,
    Request,
    Status,
    asked_again,
    cancellation,
    request_id,
)
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.events import APPROVAL_REQUESTED, approval_requested
from steward.domain.moments import parse_moment
from steward.domain.run import run_from_event
from steward.steps.approvals.delivery import deliver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.run import Run


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    requests: Requests
    tasks: WaitingTasks
    notices: Notices
    events: Events


def ask(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Keep the request and tell people about it; a task that is retried asks under its newest token.

    Without a token nobody is asked, because the policy requires no approval: the request is kept as approved,
    so that the run can still be cancelled.
    """
    if event.get("hold"):
        return hold(event, tools)
    token, wanted = event.get("token") or "", _request(event, tools)
    former = tools.requests.find(wanted.id)
    if former and not asked_again(former.request, wanted.plan_hash, wanted.requested_at):
        wanted = replace(former.request, closed_at=None, outcome="", delivered=not token)
    elif not token:
        wanted = _approved_by_policy(wanted)
    if not tools.requests.write(wanted, token, former):
        return ask(event, tools)
    if wanted.status is Status.WAITING:
        _tell(run_from_event(event), wanted, tools)
    else:
        deliver(_kept(wanted, token, former), tools)
    return {"request": wanted.id, "approved_by": wanted.answered_by}


def hold(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Wait in quarantine, where nobody is asked: the task is there for a cancellation to reach it at once."""
    name = request_id(run_from_event(event), event["item"]["cluster"])
    former = tools.requests.find(name)
    if former is None:
        return {"request": name}
    held = replace(former.request, delivered=False)
    if not tools.requests.write(held, event["token"], former):
        return hold(event, tools)
    if held.status is not Status.APPROVED or cancellation(held):
        deliver(_kept(held, event["token"], former), tools)
    return {"request": name, "approved_by": held.answered_by}


def _request(event: Mapping[str, Any], tools: Tools) -> Request:
    run, now, cluster = run_from_event(event), parse_moment(event["now"]), event["item"]["cluster"]
    policy = parse_settings(DeprovisionSettings, event["settings"]).approval
    vouched = tools.requests.vouched(run.arn)
    return Request(
        id=request_id(run, cluster),
        run=run.name,
        execution=run.arn,
        started_at=parse_moment(run.started_at),
        cluster=cluster,
        plan_hash=event["plan_hash"],
        plan=event["plan"],
        blockers_waived=tuple(event.get("blockers_waived") or ()),
        reason=event.get("reason") or event["item"].get("request", {}).get("nominated", ""),
        requested_by=vouched or event.get("requested_by") or UNKNOWN,
        proven=bool(vouched),
        requested_at=now,
        expires_at=now + policy.expires_after,
        approvers=policy.approvers,
        four_eyes=policy.four_eyes,
    )


def _approved_by_policy(request: Request) -> Request:
    return replace(
        request,
        status=Status.APPROVED,
        answered_by=POLICY,
        answered_at=request.requested_at,
        answer_reason="the policy requires no approval",
        delivered=True,
    )


def _kept(request: Request, token: str, former: Kept | None) -> Kept:
    return Kept(request, former.version + 1 if former else 1, token)


def _tell(run: Run, request: Request, tools: Tools) -> None:
    tools.notices.publish(subject(request), text(request))
    tools.events.put(APPROVAL_REQUESTED, approval_requested(run, request))
