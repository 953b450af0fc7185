"""The run asks a person to approve exactly this plan, or waits in quarantine for a cancellation."""

from dataclasses import dataclass, replace

from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.executions import ScheduledTasks
from steward.adapters.ledger.requests import StoredRequest
from steward.adapters.notices import Events, Notices
from steward.domain.approvals.notice import subject, text
from steward.domain.approvals.requests import (
    POLICY,
    SCHEDULE,
    UNKNOWN,
    Request,
    Status,
    cancellation,
    needs_new_answer,
    request_id,
)
from steward.domain.deprovision.plan import hash_of
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.events import APPROVAL_REQUESTED, approval_requested
from steward.domain.messages import ApprovalAnswer, ApprovalEvent
from steward.domain.moments import parse_moment
from steward.domain.run import Run, run_from_event
from steward.steps.approvals.delivery import DeliveryTools, deliver


@dataclass(frozen=True)
class Tools(DeliveryTools):
    notices: Notices
    events: Events
    policy: DeployedPolicy
    scheduled_tasks: ScheduledTasks


def request_approval(event: ApprovalEvent, tools: Tools) -> ApprovalAnswer:
    """Record the request and announce it; a retried task replaces the token, so that it gets the answer.

    An event without a token means that the policy requires no approval: the request is recorded as approved,
    so that people can still cancel the run. An event with ``hold`` is the quarantine's.
    """
    if event["hold"]:
        return wait_in_quarantine(event, tools)
    token, request = event["token"], _request(event, tools)
    previous = tools.requests.find(request.id)
    if previous and not needs_new_answer(previous.request, request.plan_hash, request.requested_at):
        request = replace(previous.request, closed_at=None, outcome="", delivered=not token)
    elif not token:
        request = _approval_by_policy(request)
    if not tools.requests.write(request, token, previous):
        return request_approval(event, tools)
    if request.status is Status.WAITING:
        _notify(run_from_event(event), request, tools)
    else:
        deliver(_next_version(request, token, previous), tools)
    return {"request": request.id, "approved_by": request.answered_by}


def wait_in_quarantine(event: ApprovalEvent, tools: Tools) -> ApprovalAnswer:
    """Store the quarantine task's token, so that a cancellation ends the quarantine at once."""
    name = request_id(run_from_event(event), event["item"]["cluster"])
    previous = tools.requests.find(name)
    if previous is None:
        return {"request": name, "approved_by": ""}
    held = replace(previous.request, delivered=False)
    if not tools.requests.write(held, event["token"], previous):
        return wait_in_quarantine(event, tools)
    if held.status is not Status.APPROVED or cancellation(held):
        deliver(_next_version(held, event["token"], previous), tools)
    return {"request": name, "approved_by": held.answered_by}


def _request(event: ApprovalEvent, tools: Tools) -> Request:
    run, now, cluster = run_from_event(event), parse_moment(event["now"]), event["item"]["cluster"]
    policy = tools.policy.section(DeprovisionSettings).approval
    item = event["item"]
    asked = item["request"]
    requester, access_key = tools.requests.requester_of(run.arn)
    return Request(
        id=request_id(run, cluster),
        run=run.name,
        execution=run.arn,
        started_at=parse_moment(run.started_at),
        cluster=cluster,
        plan_hash=hash_of(item["plan"]),
        plan=item["plan"],
        facts=item.get("facts", {}),
        blockers_waived=tuple(event["blockers_waived"]),
        reason=asked["reason"] or asked["nominated"],
        requested_by=requester or asked["requested_by"] or UNKNOWN,
        proven=bool(requester),
        requester_key=access_key,
        nominated_by_tag=asked.get("tag") if asked["requested_by"] == SCHEDULE else None,
        requested_at=now,
        expires_at=now + policy.expires_after,
        approvers=policy.approvers,
        four_eyes=policy.four_eyes,
        federated_roles=policy.federated_roles,
    )


def _approval_by_policy(request: Request) -> Request:
    return replace(
        request,
        status=Status.APPROVED,
        answered_by=POLICY,
        answered_at=request.requested_at,
        answer_reason="the policy requires no approval",
        delivered=True,
    )


def _next_version(request: Request, token: str, previous: StoredRequest | None) -> StoredRequest:
    return StoredRequest(request, previous.version + 1 if previous else 1, token)


def _notify(run: Run, request: Request, tools: Tools) -> None:
    tools.notices.publish(subject(request), text(request))
    tools.events.put(APPROVAL_REQUESTED, approval_requested(run, request))
