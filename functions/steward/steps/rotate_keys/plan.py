"""Plan: look at the whole fleet once and decide about every selected cluster, without changing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import Clusters
from steward.adapters.documents import Documents
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events
from steward.domain.decision import Action
from steward.domain.deployed_settings import parse_settings
from steward.domain.plan import candidates
from steward.domain.rotate_keys.decide import Overrides, RotationFacts, decide
from steward.domain.rotate_keys.last_rotation import last_rotation
from steward.domain.rotate_keys.plan import planned_rotation, waves
from steward.domain.rotate_keys.settings import RotationSettings
from steward.steps.plan_context import delivered_twice, is_ours, plan_context, publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.domain.cluster import Cluster
    from steward.domain.plan import Planned


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    keys: KmsKeys
    rotations: LastRotations
    schedule: ScheduleMoments
    events: Events
    documents: Documents


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input can not be obeyed.
    """
    context, settings = plan_context(event), parse_settings(RotationSettings, event["settings"])
    fleet = tools.clusters.all()
    chosen = candidates(fleet, context.run_input, settings.select)
    overrides = Overrides(context.run_input.force, context.run_input.ignore_window)
    planned = _decided(chosen, settings, overrides, context.now, tools)
    if not is_ours(context, tools):
        planned = delivered_twice(planned)
    answer = publish(context, planned, waves(planned, settings), len(fleet) - len(chosen), tools)
    return answer | {"overrides": asdict(overrides)}


def _decided(
    clusters: list[Cluster], settings: RotationSettings, overrides: Overrides, now: datetime, tools: Tools
) -> list[Planned]:
    """Decide about each cluster; only about keys of clusters to act on is KMS asked, once a key."""
    records = tools.rotations.of(cluster.identifier for cluster in clusters)
    key_state = cache(tools.keys.state)
    planned = []
    for cluster in clusters:
        record = records.get(cluster.identifier)
        question = RotationFacts(cluster, last_rotation(cluster, record, now), settings, overrides, now)
        decision = decide(question)
        if decision.action is Action.ACT:
            decision = decide(replace(question, key_state=key_state(cluster.kms_key)))
        planned.append(planned_rotation(cluster, decision, record.seconds if record else 0))
    return planned
