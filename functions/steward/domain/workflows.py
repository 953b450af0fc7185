"""One descriptor per workflow. Every table of names, limits, texts and titles derives from it.

To add a workflow see ``docs/adding-a-workflow.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from steward.domain import metric_names as metrics
from steward.domain.alarms import (
    DELETION_FAILED,
    EVERY_STACK,
    EVERY_WORKFLOW,
    KEYS_TOO_OLD,
    REQUESTS_EXPIRING,
    AlarmSpec,
)
from steward.domain.operation import Outcome

EVERY_INPUT = {
    "clusters": "a list of cluster identifiers: only these, instead of the policy's selection",
    "dry_run": "true to plan and report without changing anything",
    "scheduled_at": "set by the schedule: the moment that this run was scheduled for",
}
"""The keys that an execution's input may have in every workflow, and what they do."""

FORCE_INPUT = {
    "force": "true to act although not due (needs clusters)",
    "ignore_window": "true to start although the change window is closed (needs clusters)",
}
"""Keys that override the policy; they are refused without ``clusters``."""

RECOVERY_INPUT = {
    "continue": "set by the steward: the ARN of a run that was stopped, to finish or put back what it began"
}
"""The key of a recovery run's input, in workflows whose operations a stop leaves half done."""

EVERY_OUTCOME = frozenset(
    {
        Outcome.SKIPPED,
        Outcome.REFUSED,
        Outcome.GONE,
        Outcome.FAILED,
        Outcome.TIMED_OUT,
        Outcome.NOT_REACHED,
    }
)


@dataclass(frozen=True)
class Workflow:
    """What the rest of the product has to know of one workflow.

    Attributes:
        key: ``rotate_keys``: its folders, its section of the policy.
        title: What a page calls it.
        dry_run_outcome: The outcome in a dry run of a cluster that it would act on.
        longest_run: Step Functions ends an older execution. Windows, deadlines and quarantines end it
            long before: it is more than a day longer than the longest deadline that the policy allows.
        own_outcomes: The outcomes that only this workflow has, without `dry_run_outcome`.
        own_input: The keys of an execution's input that it has besides `EVERY_INPUT`, with what they do.
        own_alarms: Those that it has besides `steward.domain.alarms.EVERY_WORKFLOW`.
        gauges: Metrics that the dashboard shows as single numbers, by label.
        waits_for_people: A run takes as long as people take to answer: it is never late, it holds its locks
            for days, and for named clusters it is started by a request that is approved.
    """

    key: str
    title: str
    dry_run_outcome: Outcome
    longest_run: timedelta
    own_outcomes: frozenset[Outcome]
    own_input: Mapping[str, str] = field(default_factory=dict)
    own_alarms: tuple[AlarmSpec, ...] = ()
    gauges: Mapping[str, str] = field(default_factory=dict)
    waits_for_people: bool = False

    @property
    def name(self) -> str:
        """``rotate-keys``: the end of the state machine's name, and what people type and read."""
        return self.key.replace("_", "-")

    @property
    def construct_id(self) -> str:
        """``RotateKeys``: the beginning of its CloudFormation resources and outputs."""
        return self.key.title().replace("_", "")

    @property
    def machine_output(self) -> str:
        return f"{self.construct_id}Machine"

    @property
    def input_keys(self) -> dict[str, str]:
        """Every key that an execution's input may have, with what it does."""
        return {**EVERY_INPUT, **self.own_input}

    @property
    def outcomes(self) -> frozenset[Outcome]:
        return EVERY_OUTCOME | self.own_outcomes | {self.dry_run_outcome}


ROTATE_KEYS = Workflow(
    key="rotate_keys",
    title="Key rotation",
    dry_run_outcome=Outcome.WOULD_ROTATE,
    longest_run=timedelta(days=14),
    own_outcomes=frozenset({Outcome.ROTATED}),
    own_input=FORCE_INPUT | RECOVERY_INPUT,
    own_alarms=(KEYS_TOO_OLD,),
    gauges={
        "Clusters with overdue keys": metrics.KEYS_OVERDUE,
        "Oldest keys, days": metrics.OLDEST_KEYS_DAYS,
    },
)

SYNC_ROLES = Workflow(
    key="sync_roles",
    title="Role sync",
    dry_run_outcome=Outcome.WOULD_SYNC,
    longest_run=timedelta(days=3),
    own_outcomes=frozenset({Outcome.SYNCED, Outcome.IN_SYNC, Outcome.DRIFTED}),
    own_input={"drift": "set by the rule on CloudTrail's events: who changed which cluster's roles"},
)

DEPROVISION = Workflow(
    key="deprovision",
    title="Deprovisioning",
    dry_run_outcome=Outcome.WOULD_DELETE,
    longest_run=timedelta(days=365),
    own_outcomes=frozenset(
        {Outcome.DELETED, Outcome.REJECTED, Outcome.EXPIRED, Outcome.STILL_WANTED, Outcome.CANCELLED}
    ),
    own_input={
        "reason": "why the clusters are to be deleted, for the person who approves",
        "requested_by": "who requests it, when that is not the one who started the execution",
        **RECOVERY_INPUT,
    },
    own_alarms=(DELETION_FAILED, REQUESTS_EXPIRING),
    gauges={
        "Requests waiting": metrics.APPROVALS_OPEN,
        "Hours to the next expiry": metrics.HOURS_TO_EXPIRY,
    },
    waits_for_people=True,
)

WORKFLOWS: Mapping[str, Workflow] = {each.name: each for each in (ROTATE_KEYS, SYNC_ROLES, DEPROVISION)}

DRY_RUN_OUTCOMES = frozenset(each.dry_run_outcome for each in WORKFLOWS.values())


def workflow_of_machine(machine: str) -> Workflow:
    """The workflow of a state machine of a stack, by the machine's name or ARN.

    Raises:
        LookupError: It is no state machine of the steward's.
    """
    for workflow in WORKFLOWS.values():
        if machine.endswith(f"-{workflow.name}"):
            return workflow
    raise LookupError(f"{machine} is no state machine of the steward")


def every_alarm() -> tuple[AlarmSpec, ...]:
    """The specifications of all alarms that a stack with every workflow has."""
    own = (spec for workflow in WORKFLOWS.values() for spec in workflow.own_alarms)
    return (*EVERY_WORKFLOW, *own, *EVERY_STACK)
