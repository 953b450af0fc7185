"""Plan: describe the whole fleet once and decide about every selected cluster; nothing is changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from steward.adapters.clusters import Clusters
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.last_rotations import LastRotations
from steward.domain.cluster import Cluster
from steward.domain.decision import Action
from steward.domain.plan import Planned, candidates
from steward.domain.rotate_keys.decide import Overrides, RotationFacts, decide
from steward.domain.rotate_keys.last_rotation import last_rotation
from steward.domain.rotate_keys.plan import rotation_entry, waves
from steward.domain.rotate_keys.settings import RotationSettings
from steward.steps.plan_context import PlanContext, PlanTools, plan_context, publish, skip_if_delivered_twice


@dataclass(frozen=True)
class Tools(PlanTools):
    clusters: Clusters
    keys: KmsKeys
    rotations: LastRotations


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input cannot be obeyed.
    """
    context = plan_context(event, RotationSettings, tools.policy)
    fleet = tools.clusters.all()
    chosen = candidates(fleet, context.run_input, context.settings.select)
    overrides = Overrides(context.run_input.force, context.run_input.ignore_window)
    planned = skip_if_delivered_twice(context, _decide(chosen, overrides, context, tools), tools)
    answer = publish(context, planned, waves(planned, context.settings), len(fleet) - len(chosen), tools)
    return answer | {"overrides": asdict(overrides)}


def _decide(
    clusters: list[Cluster], overrides: Overrides, context: PlanContext[RotationSettings], tools: Tools
) -> list[Planned]:
    """Decide about each cluster; KMS is asked only about keys of clusters to act on, once a key."""
    records = tools.rotations.of(cluster.identifier for cluster in clusters)
    key_state, now = cache(tools.keys.state), context.now
    planned = []
    for cluster in clusters:
        record = records.get(cluster.identifier)
        last = last_rotation(cluster, record, now)
        facts = RotationFacts(cluster, last, context.settings, overrides, now)
        decision = decide(facts)
        if decision.action is Action.ACT:
            decision = decide(replace(facts, key_state=key_state(cluster.kms_key)))
        planned.append(rotation_entry(cluster, decision, record.seconds if record else 0))
    return planned
