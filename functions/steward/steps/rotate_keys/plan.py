"""Plan: look at the whole fleet once and decide about every selected cluster, without changing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import Clusters
from steward.adapters.documents import Documents
from steward.adapters.keys import KmsKeys
from steward.adapters.ledger import LastRotations, ScheduleMoments
from steward.domain.decision import Action, skip
from steward.domain.last_rotation import last_rotation
from steward.domain.moments import parse_moment
from steward.domain.rotation import Question, Wish, decide
from steward.domain.rotation_plan import Planned, candidates, verdict, waves
from steward.domain.run import run_from_event
from steward.domain.run_input import parse_run_input
from steward.domain.settings import rotation_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.domain.cluster import Cluster
    from steward.domain.settings import RotationSettings

DELIVERED_TWICE = skip("delivered_twice", "the schedule delivered this moment twice; another run has it")


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    keys: KmsKeys
    rotations: LastRotations
    schedule: ScheduleMoments
    documents: Documents


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input can not be obeyed.
    """
    run, wanted = run_from_event(event), parse_run_input(event["input"])
    settings = rotation_settings(event["settings"])
    fleet = tools.clusters.all()
    chosen = candidates(fleet, wanted, settings)
    wish = Wish(wanted.force, wanted.ignore_window)
    planned = _decided(chosen, settings, wish, parse_moment(event["now"]), tools)
    if wanted.scheduled_at and not tools.schedule.take(run, wanted.scheduled_at):
        planned = [replace(p, decision=DELIVERED_TWICE) for p in planned]
    ways = waves(planned, settings)
    for wave in ways:
        tools.documents.write(run.wave_key(wave.name), wave.items)
    place = {item["cluster"]: wave.name for wave in ways for item in wave.items}
    document = {
        "run": run.name,
        "arn": run.arn,
        "started_at": run.started_at,
        "input": event["input"],
        "dry_run": wanted.dry_run,
        "not_selected": len(fleet) - len(chosen),
        "clusters": [verdict(p, place.get(p.cluster.identifier, "")) for p in planned],
    }
    tools.documents.write(run.plan_key, document)
    return {
        "dry_run": wanted.dry_run,
        "wish": asdict(wish),
        "waves": [wave.summary(run.wave_key(wave.name)) for wave in ways],
    }


def _decided(
    clusters: list[Cluster], settings: RotationSettings, wish: Wish, now: datetime, tools: Tools
) -> list[Planned]:
    """Decide about each cluster; only about keys of clusters to act on is KMS asked, once a key."""
    records = tools.rotations.of(cluster.identifier for cluster in clusters)
    key_state = cache(tools.keys.state)
    planned = []
    for cluster in clusters:
        record = records.get(cluster.identifier)
        question = Question(cluster, last_rotation(cluster, record, now), settings, wish, now)
        decision = decide(question)
        if decision.action is Action.ACT:
            decision = decide(replace(question, key_state=key_state(cluster.kms_key)))
        planned.append(Planned(cluster, decision, record.seconds if record else 0))
    return planned
