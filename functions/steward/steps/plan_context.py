"""What the Plan steps of all workflows share: the documents of a plan, and the answer to the machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from steward.domain.decision import skip
from steward.domain.events import RUN_STARTED, run_started
from steward.domain.moments import parse_moment
from steward.domain.plan import verdict
from steward.domain.run import SCHEMA_VERSION, run_from_event
from steward.domain.run_input import parse_run_input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from steward.adapters.documents import Documents
    from steward.adapters.ledger.schedule_moments import ScheduleMoments
    from steward.adapters.notices import Events
    from steward.domain.plan import Planned, Wave
    from steward.domain.run import Run
    from steward.domain.run_input import RunInput

DELIVERED_TWICE = skip("delivered_twice", "the schedule delivered this moment twice; another run has it")


class PlanTools(Protocol):
    """What every Plan step may touch besides its own tools."""

    @property
    def schedule(self) -> ScheduleMoments:
        """Whose moment of the schedule it is."""

    @property
    def events(self) -> Events:
        """Where programs are told."""

    @property
    def documents(self) -> Documents:
        """Where the plan is kept."""


@dataclass(frozen=True)
class PlanContext:
    """One run about to be planned: what it is, what it was asked, and when."""

    run: Run
    document: Any
    """The execution's input as it came."""
    run_input: RunInput
    now: datetime
    timezone: str
    """Of the policy's section, in which its people read times."""


def plan_context(event: Mapping[str, Any]) -> PlanContext:
    """The run of a Plan step's input.

    Raises:
        BadInput: The execution's input can not be obeyed.
    """
    run = run_from_event(event)
    run_input = parse_run_input(event["input"], run.workflow)
    now, timezone = parse_moment(event["now"]), event["settings"].get("timezone", "UTC")
    return PlanContext(run, event["input"], run_input, now, timezone)


def is_ours(context: PlanContext, tools: PlanTools) -> bool:
    """Whether the moment of the schedule belongs to this run; a run without one always goes ahead."""
    scheduled_at = context.run_input.scheduled_at
    return not scheduled_at or tools.schedule.take(context.run, scheduled_at)


def delivered_twice(planned: Sequence[Planned]) -> list[Planned]:
    """The same clusters, none of them acted on."""
    return [replace(p, decision=DELIVERED_TWICE, outcome=None) for p in planned]


def publish(
    context: PlanContext,
    planned: Sequence[Planned],
    waves: Sequence[Wave],
    not_selected: int,
    tools: PlanTools,
) -> dict[str, Any]:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on."""
    run = context.run
    for wave in waves:
        tools.documents.write(run.wave_key(wave.name), wave.items)
    place = {item["cluster"]: wave.name for wave in waves for item in wave.items}
    dry_run = context.run_input.dry_run
    document = {
        "schema_version": SCHEMA_VERSION,
        "run": run.name,
        "workflow": run.workflow,
        "arn": run.arn,
        "started_at": run.started_at,
        "timezone": context.timezone,
        "input": context.document,
        "dry_run": dry_run,
        "not_selected": not_selected,
        "clusters": [verdict(p, place.get(p.cluster.identifier, "")) for p in planned],
    }
    tools.documents.write(run.plan_key, document)
    told = run_started(run, selected=len(planned), acting=len(place), dry_run=dry_run)
    tools.events.put(RUN_STARTED, told)
    return {
        "dry_run": dry_run,
        "overrides": {},
        "waves": [wave.summary(run.wave_key(wave.name)) for wave in waves],
    }
