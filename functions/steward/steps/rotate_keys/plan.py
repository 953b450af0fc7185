"""Plan: describe the whole fleet once and decide about every selected cluster; nothing is changed."""

from dataclasses import asdict, dataclass, replace

from steward.adapters.clusters import Clusters
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.reading import Unreadable, read_each, require
from steward.domain.cluster import Cluster
from steward.domain.decision import Action, Decision
from steward.domain.messages import PlanAnswer, PlanEvent
from steward.domain.plan import Planned, candidates
from steward.domain.preconditions import refuse_unreadable
from steward.domain.rotate_keys.decide import ALREADY_ROTATING, Overrides, RotationFacts, decide
from steward.domain.rotate_keys.last_rotation import last_rotation
from steward.domain.rotate_keys.plan import rotation_entry, waves
from steward.domain.rotate_keys.settings import RotationSettings
from steward.steps.plan_context import PlanContext, PlanTools, plan_context, publish, skip_if_delivered_twice
from steward.steps.recovery import PlanRecoveryTools, plan_recovery


@dataclass(frozen=True)
class Tools(PlanTools, PlanRecoveryTools):
    clusters: Clusters
    keys: KmsKeys
    rotations: LastRotations


def plan(event: PlanEvent, tools: Tools) -> PlanAnswer:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input cannot be obeyed.
    """
    context = plan_context(event, RotationSettings, tools.policy)
    if context.run_input.stopped_run:
        recovery = plan_recovery(context, tools)
        recovery["overrides"] = asdict(Overrides())
        return recovery
    fleet = require(tools.clusters.all)
    chosen = candidates(fleet, context.run_input, context.settings.select)
    overrides = Overrides(context.run_input.force, context.run_input.ignore_window)
    planned = skip_if_delivered_twice(context, _decide(chosen, overrides, context, tools), tools)
    answer = publish(context, planned, waves(planned, context.settings), len(fleet) - len(chosen), tools)
    answer["overrides"] = asdict(overrides)
    return answer


def _decide(
    clusters: list[Cluster], overrides: Overrides, context: PlanContext[RotationSettings], tools: Tools
) -> list[Planned]:
    """Decide about each cluster; KMS is asked only about keys of clusters to act on, once a key."""
    names, now = [cluster.identifier for cluster in clusters], context.now
    records = require(lambda: tools.rotations.of(names))
    facts = [
        RotationFacts(c, last_rotation(c, records.get(c.identifier), now), context.settings, overrides, now)
        for c in clusters
    ]
    decided = {each.cluster.identifier: decide(each) for each in facts}
    acting = [each for each in facts if _begins(decided[each.cluster.identifier])]
    keys = read_each((each.cluster.kms_key for each in acting), tools.keys.state)
    decided |= {each.cluster.identifier: _with_key(each, keys[each.cluster.kms_key]) for each in acting}
    seconds = {name: record.seconds for name, record in records.items()}
    return [rotation_entry(c, decided[c.identifier], seconds.get(c.identifier, 0)) for c in clusters]


def _begins(decision: Decision) -> bool:
    """Whether a rotation would be called; one under way is joined, whatever its key's state."""
    return decision.action is Action.ACT and decision.code != ALREADY_ROTATING


def _with_key(facts: RotationFacts, state: str | Unreadable) -> Decision:
    if isinstance(state, Unreadable):
        return refuse_unreadable(state.reason)
    return decide(replace(facts, key_state=state))
