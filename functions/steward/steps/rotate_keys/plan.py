"""Plan: look at the whole fleet once and decide about every selected cluster, without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    from collections.abc import Iterable, Mapping

    from steward.domain.rotation_plan import Wave

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
    records = tools.rotations.of(cluster.identifier for cluster in chosen)
    now, wish = parse_moment(event["now"]), Wish(wanted.force, wanted.ignore_window)
    planned = []
    for cluster in chosen:
        record = records.get(cluster.identifier)
        question = Question(cluster, last_rotation(cluster, record, now), settings, wish, now)
        planned.append(_planned(question, record.seconds if record else 0, tools.keys))
    if wanted.scheduled_at and not tools.schedule.take(run, wanted.scheduled_at):
        planned = [replace(p, decision=DELIVERED_TWICE) for p in planned]
    ways = waves(planned, settings)
    for wave in ways:
        tools.documents.write(run.wave_key(wave.name), wave.items)
    about = {"run": run.name, "arn": run.arn, "started_at": run.started_at, "input": event["input"]}
    not_selected = len(fleet) - len(chosen)
    verdicts = [verdict(p, _wave_of(p, ways)) for p in planned]
    tools.documents.write(
        run.plan_key,
        about | {"dry_run": wanted.dry_run, "not_selected": not_selected, "clusters": verdicts},
    )
    return {
        "dry_run": wanted.dry_run,
        "wish": {"force": wish.force, "ignore_window": wish.ignore_window},
        "waves": [wave.summary(run.wave_key(wave.name)) for wave in ways],
    }


def _planned(question: Question, expected_seconds: int, keys: KmsKeys) -> Planned:
    """Decide; only a cluster that would be acted on is worth asking KMS about its key."""
    decision = decide(question)
    if decision.action is Action.ACT:
        decision = decide(replace(question, key_state=keys.state(question.cluster.kms_key)))
    return Planned(question.cluster, decision, expected_seconds)


def _wave_of(planned: Planned, ways: Iterable[Wave]) -> str:
    name = planned.cluster.identifier
    return next((wave.name for wave in ways if any(item["cluster"] == name for item in wave.items)), "")
