"""What the record of a run says of one cluster's roles: what was found, done, and what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.decision import Decision
from steward.domain.durations import humanize
from steward.domain.sync_roles.arn import names, role_name
from steward.domain.sync_roles.attached import AttachedRoles
from steward.domain.sync_roles.calls import may_have_changed
from steward.domain.sync_roles.plan import IN_SYNC, ClusterRoleFacts
from steward.domain.sync_roles.step import RoleState


@dataclass(frozen=True)
class Summary:
    """How an operation ended: the decision with its reason, and the whole evidence."""

    why: Decision
    evidence: dict[str, Any]


def first_evidence(facts: ClusterRoleFacts, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of the first look; ``changed`` is what CloudTrail says that somebody did."""
    return {
        "rules": [rule.name for rule in facts.rules],
        "found": _roles_document(facts.cluster.roles),
        "drift": facts.drift.evidence() if facts.drift else {},
        "changed": dict(changed),
        "calls": [],
    }


def summarize(state: RoleState, evidence: Mapping[str, Any], why: Decision) -> Summary:
    """The evidence of the last look; a reason without changes stays as it is."""
    roles = state.facts.cluster.roles
    made = [each.call for each in state.calls if each.accepted or each.unanswered]
    added = sorted({arn for call in made for arn in call.add})
    removed = sorted({arn for call in made for arn in call.remove})
    full = {**evidence, "added": added, "removed": removed, "left": _roles_document(roles)}
    if not may_have_changed(state.calls):
        return Summary(why, full)
    done = "; ".join(_sentences(added, removed, evidence.get("found", {}).get("default", ""), roles.default))
    began = state.operation.begun_at or state.calls[0].first_at
    took = humanize((state.now - began).total_seconds())
    came = Decision(why.action, "synced", "in-sync") if why == IN_SYNC else why
    sentence = f"{done or 'no net change'}; {came.reason} in {took} with {_calls(len(made))}"
    after = evidence.get("changed", {}).get("summary", "")
    return Summary(Decision(came.action, came.code, sentence + (f", after {after}" if after else "")), full)


def _sentences(added: list[str], removed: list[str], before: str, after: str) -> Iterator[str]:
    if added:
        yield f"added {names(added)}"
    if removed:
        yield f"removed {names(removed)}"
    if before != after:
        yield f"the default role is {_or_none(after)}, it was {_or_none(before)}"


def _roles_document(roles: AttachedRoles) -> dict[str, Any]:
    return {"roles": dict(sorted(roles.statuses.items())), "default": roles.default}


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def _or_none(arn: str) -> str:
    return role_name(arn) if arn else "none"
