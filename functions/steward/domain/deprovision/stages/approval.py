"""Stage 1, approval: a person says yes to exactly this plan, or the policy does without asking."""

from steward.domain.deprovision.moves import Move, NextMove, RequestTask
from steward.domain.deprovision.plan import hash_of
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.durations import humanize
from steward.domain.operation import Outcome

ENDED = {
    "rejected": Outcome.REJECTED,
    "expired": Outcome.EXPIRED,
    "cancelled": Outcome.CANCELLED,
}
"""Statuses of a request that end the operation."""

LABELS: dict[Move, str] = {RequestTask.ASK: "approval", RequestTask.REGISTER: "approval"}


def check_answer(situation: Situation) -> NextMove | None:
    """Stop if the request was rejected, has expired or was cancelled; checked at every observation."""
    consent = situation.observed.consent
    if consent is None or consent.status not in ENDED:
        return None
    by = f" by {consent.by}" if consent.by else ""
    said = f": {consent.reason}" if consent.reason else ""
    return stop(ENDED[consent.status], consent.status, f"the request was {consent.status}{by}{said}")


def require_approval(situation: Situation) -> NextMove | None:
    """Ask, or register the request when the policy requires no approval; stop when time is up."""
    approval, consent = situation.settings.approval, situation.observed.consent
    if consent is not None and consent.status == "approved":
        return _check_plan_hash(situation)
    if consent is None and not approval.required:
        reason = "the policy requires no approval; the deletion can still be cancelled"
        return NextMove(RequestTask.REGISTER, "register", reason)
    left = approval.expires_after if consent is None else consent.expires_at - situation.now
    if left.total_seconds() <= 0:
        after = humanize(approval.expires_after.total_seconds())
        return stop(Outcome.EXPIRED, "expired", f"nobody approved its deletion within {after}")
    seconds = int(left.total_seconds()) or 1
    return NextMove(RequestTask.ASK, "ask", "a person has to approve its deletion", seconds=seconds)


def _check_plan_hash(situation: Situation) -> NextMove | None:
    consent = situation.observed.consent
    now = hash_of(situation.observed.plan or {})
    if consent is not None and consent.plan_hash == situation.plan_hash == now:
        return None
    return stop(
        Outcome.REFUSED, "approval_void", "the approved plan is not the one that would be carried out"
    )
