"""What each alarm watches and says. `infra.alarms` turns the specifications into CloudWatch alarms.

An alarm's description is the message that people get, and the runbook has a section of the alarm's name.
"""

from dataclasses import dataclass
from enum import StrEnum

from steward.domain.metric_names import (
    APPROVALS_EXPIRING,
    KEYS_OVERDUE,
    LOCKS_OLD,
    REFUSED_CALLS,
    RUN_OVERDUE,
    WATCHED,
)


class Source(StrEnum):
    """Where an alarm's value comes from, which also decides what missing data means."""

    WATCH = "watch"
    """A metric that Watch writes hourly. While Watch is silent, the alarm keeps its state."""
    WATCH_SILENCE = "watch_silence"
    """The same, but missing data is what the alarm is about."""
    FAILED_OPERATIONS = "failed_operations"
    """The workflow's operations that ended in failure; no data means that none did."""
    FAILED_RUNS = "failed_runs"
    """Executions of the workflow that failed, were stopped or timed out; no data means that none did."""
    REFUSALS = "refusals"
    """A metric that any function writes when it refuses something; no data means that none did."""
    UNDELIVERED = "undelivered"
    """Messages in the dead-letter queue of schedules and rules."""
    FUNCTION_ERRORS = "function_errors"
    """Errors of functions whose failures no report mentions."""


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm: it goes off at one or more, and the alarm of silence at less than one.

    Attributes:
        name: The end of the alarm's name, and the runbook's section.
        matter: What is wrong. ``{workflow}`` is replaced by the workflow's name, also in ``action``.
        action: What the on-call engineer should do.
        metric: With a source of Watch: the metric's name.
    """

    name: str
    matter: str
    action: str
    source: Source = Source.WATCH
    metric: str = ""

    def text(self, runbook: str, workflow: str = "") -> str:
        """The alarm's description; ``runbook`` is the address of the runbook without a section."""
        sentences = f"{self.matter} What to do: {self.action}".format(workflow=workflow)
        return f"{sentences} Runbook: {runbook}#{self.name}"


RUN_FAILED = AlarmSpec(
    "run-failed",
    "A run of {workflow} failed, was stopped, or ran out of time.",
    "read its report (steward runs, steward report RUN); the next run continues where this one stopped.",
    Source.FAILED_RUNS,
)
RUN_LATE = AlarmSpec(
    "run-overdue",
    "The schedule of {workflow} has not led to a finished run in its period.",
    "check whether a run was started and how it ended: steward runs. Start one: steward run {workflow}.",
    metric=RUN_OVERDUE,
)
EVERY_WORKFLOW = (RUN_FAILED, RUN_LATE)

KEYS_TOO_OLD = AlarmSpec(
    "keys-overdue",
    "Clusters have keys older than the policy allows, although a run took place since they fell due.",
    "steward plan {workflow} says of each cluster why it is not rotated.",
    metric=KEYS_OVERDUE,
)
DELETION_FAILED = AlarmSpec(
    "deletion-failed",
    "The deletion of a cluster failed, or is no longer watched, while its run continues with others.",
    "act at once: steward history CLUSTER says how it ended, and the runbook what that means.",
    Source.FAILED_OPERATIONS,
)
REQUESTS_EXPIRING = AlarmSpec(
    "approvals-expiring",
    "A request to delete a cluster expires soon and nobody has answered it.",
    "steward requests, then steward approve or steward reject; unanswered, nothing is deleted.",
    metric=APPROVALS_EXPIRING,
)

LOCKS_TOO_OLD = AlarmSpec(
    "locks-old",
    "A run has held the lock on a cluster for more than a day, or ended without releasing it.",
    "check with steward status and steward runs whether the run continues; stop its execution if it hangs.",
    metric=LOCKS_OLD,
)
EVENTS_MISSED = AlarmSpec(
    "events-missed",
    "A schedule or an event could not be delivered in time and is in the dead-letter queue.",
    "read the message, start what it was meant to start with steward run, then delete the message.",
    Source.UNDELIVERED,
)
FUNCTION_FAILED = AlarmSpec(
    "function-errors",
    "A function failed whose failures no report mentions.",
    "find the error in the function's log; the dashboard shows which function it is.",
    Source.FUNCTION_ERRORS,
)
CALL_REFUSED = AlarmSpec(
    "calls-refused",
    "A function was called by somebody else than the steward's own state machines, and refused the call.",
    "nothing was changed; find out who called it: the runbook says how to have CloudTrail record it.",
    Source.REFUSALS,
    metric=REFUSED_CALLS,
)
WATCH_SILENT = AlarmSpec(
    "watch-silent",
    "The function Watch has not checked keys, locks, requests and schedules for three hours.",
    "find the error in its log; the other alarms keep their last state until it works again.",
    Source.WATCH_SILENCE,
    metric=WATCHED,
)
EVERY_STACK = (LOCKS_TOO_OLD, EVENTS_MISSED, FUNCTION_FAILED, CALL_REFUSED, WATCH_SILENT)
