"""What the Plan steps of all workflows share: reading the run, and publishing its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.documents import Documents
from steward.adapters.executions import ScheduledTasks
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events
from steward.domain.decision import skip
from steward.domain.events import RUN_STARTED, run_started
from steward.domain.messages import PlanAnswer, PlanEvent
from steward.domain.moments import parse_moment
from steward.domain.plan import Planned, Wave, verdict
from steward.domain.run import SCHEMA_VERSION, Run, run_from_event
from steward.domain.run_input import RunInput, check_schedule, parse_run_input

S = TypeVar("S")

UTC = ZoneInfo("UTC")
"""The time zone of a section without one."""

DELIVERED_TWICE = skip("delivered_twice", "the schedule delivered this moment twice; another run has it")


@dataclass(frozen=True)
class PlanTools:
    policy: DeployedPolicy
    schedule: ScheduleMoments
    documents: Documents
    events: Events
    scheduled_tasks: ScheduledTasks


@dataclass(frozen=True)
class PlanContext(Generic[S]):
    """One run to be planned.

    Attributes:
        document: The execution's input as it came.
        settings: The workflow's section of the policy.
        timezone: The policy's IANA time zone, in which its people read times.
    """

    run: Run
    document: Any
    run_input: RunInput
    settings: S
    now: datetime
    timezone: str


def plan_context(event: PlanEvent, section: type[S], policy: DeployedPolicy) -> PlanContext[S]:
    """The run in a Plan step's input, with its settings from ``policy`` as ``section``.

    Raises:
        BadInput: The execution's input cannot be obeyed.
        BadSettings: The deployed settings are not those of ``section``.
    """
    run = run_from_event(event)
    run_input = parse_run_input(event["input"], run.workflow)
    check_schedule(run_input, parse_moment(run.started_at))
    settings: Any = policy.section(section)
    now, timezone = parse_moment(event["now"]), getattr(settings, "timezone", UTC).key
    return PlanContext(run, event["input"], run_input, settings, now, timezone)


def skip_if_delivered_twice(
    context: PlanContext[Any], planned: Sequence[Planned], tools: PlanTools
) -> list[Planned]:
    """Nothing is done when another run has taken this moment of the schedule; other runs go ahead."""
    scheduled_at = context.run_input.scheduled_at
    if not scheduled_at or tools.schedule.take(context.run, scheduled_at):
        return list(planned)
    return [replace(each, decision=DELIVERED_TWICE, outcome=None) for each in planned]


def publish(
    context: PlanContext[Any],
    planned: Sequence[Planned],
    waves: Sequence[Wave],
    not_selected: int,
    tools: PlanTools,
) -> PlanAnswer:
    """Write the plan and the waves' items to S3; answer what the state machine needs to go on."""
    wave_of = {item["cluster"]: wave.name for wave in waves for item in wave.items}
    lines = [verdict(p, wave_of.get(p.cluster.identifier, "")) for p in planned]
    return publish_lines(context, lines, waves, not_selected, tools)


class PublishingTools(Protocol):
    """What publishing a plan needs of a step's tools."""

    @property
    def documents(self) -> Documents: ...

    @property
    def events(self) -> Events: ...


def publish_lines(
    context: PlanContext[Any],
    lines: Sequence[Mapping[str, Any]],
    waves: Sequence[Wave],
    not_selected: int,
    tools: PublishingTools,
) -> PlanAnswer:
    """As `publish`, with the lines of the plan as they are."""
    run = context.run
    for wave in waves:
        tools.documents.write(run.wave_key(wave.name), wave.items)
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
        "clusters": list(lines),
    }
    tools.documents.write(run.plan_key, document)
    acting = sum(len(wave.items) for wave in waves)
    started = run_started(run, selected=len(lines), acting=acting, dry_run=dry_run)
    tools.events.put(RUN_STARTED, started)
    return {
        "dry_run": dry_run,
        "overrides": {},
        "waves": [wave.summary(run.wave_key(wave.name)) for wave in waves],
    }
