"""CloudWatch's alarms: when a person has to look, what they should do, and where the runbook says more.

Each alarm's description is the message that people get. How an alarm takes missing data is part of what it
means, and said beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from steward.domain import watch
from steward.domain.measures import NAMESPACE, OPERATIONS
from steward.domain.operation import Outcome
from steward.domain.run import DEPROVISION, ROTATE_KEYS

if TYPE_CHECKING:
    from aws_cdk import aws_stepfunctions as sfn

    from infra.shared_resources import Core

RUNBOOK = "docs/runbook.md"
"""Where the runbook is, unless the policy says where people find it."""

SOON, HOURLY = Duration.minutes(5), Duration.hours(1)

NO_DATA_IS_WELL = cloudwatch.TreatMissingData.NOT_BREACHING
"""Of metrics that AWS writes only when something happens."""

NO_DATA_IS_NO_NEWS = cloudwatch.TreatMissingData.IGNORE
"""Of what Watch measures: while it is silent, which is an alarm of its own, the others stay as they are."""

NO_DATA_IS_WRONG = cloudwatch.TreatMissingData.BREACHING

LAST_RESORTS = ("abandon", "report", "report_stopped", "watch", "approvals.api")
"""Handlers of functions whose errors nobody else tells of; those of the others are the report's to tell."""


@dataclass(frozen=True)
class Message:
    """What an alarm says: what is the matter, what to do about it, and the runbook's section."""

    name: str
    matter: str
    todo: str

    def text(self, runbook: str) -> str:
        """The alarm's description; the section is named as the alarm."""
        return f"{self.matter} What to do: {self.todo} Runbook: {runbook}#{self.name}"


RUN_FAILED = Message(
    "run-failed",
    "A run of {workflow} failed, was stopped, or ran out of time.",
    "read its report (steward runs, steward report RUN); the next run goes on where this one stopped.",
)
RUN_OVERDUE = Message(
    "run-overdue",
    "The schedule of {workflow} has not led to a finished run in its period.",
    "see whether a run was started, and what became of it: steward runs. Start one: steward run {workflow}.",
)
KEYS_OVERDUE = Message(
    "keys-overdue",
    "Clusters have keys older than the policy allows, although a run has come by since they fell due.",
    "steward plan rotate-keys says of each cluster why it is not rotated.",
)
DELETION_FAILED = Message(
    "deletion-failed",
    "The deletion of a cluster failed, or is no longer watched, while its run goes on with others.",
    "look at once: steward history CLUSTER says how it ended, and the runbook what that means.",
)
APPROVALS_EXPIRING = Message(
    "approvals-expiring",
    "A request to delete a cluster expires soon and nobody has answered it.",
    "steward requests, then steward approve or steward reject; unanswered, nothing is deleted.",
)
LOCKS_OLD = Message(
    "locks-old",
    "A run has held the lock on a cluster for more than a day, or ended without giving it back.",
    "see with steward status and steward runs whether the run goes on; stop its execution if it hangs.",
)
EVENTS_MISSED = Message(
    "events-missed",
    "A schedule or an event could not be delivered in time and lies in the dead-letter queue.",
    "read the message, start what it was meant to start with steward run, then delete the message.",
)
FUNCTION_ERRORS = Message(
    "function-errors",
    "A function failed whose failures no report tells of.",
    "look for the error in the function's log; the dashboard shows which function it is.",
)
WATCH_SILENT = Message(
    "watch-silent",
    "The function Watch has not looked at keys, locks, requests and schedules for three hours.",
    "look at its log for the error; the other alarms keep their last state until it works again.",
)
MESSAGES = (
    RUN_FAILED,
    RUN_OVERDUE,
    KEYS_OVERDUE,
    DELETION_FAILED,
    APPROVALS_EXPIRING,
    LOCKS_OLD,
    EVENTS_MISSED,
    FUNCTION_ERRORS,
    WATCH_SILENT,
)


class Alarms(Construct):
    """The alarms of what ``core`` consists of by now; all of them tell the notices' subscribers."""

    def __init__(self, scope: Construct, name: str, core: Core, *, runbook: str = "") -> None:
        super().__init__(scope, name)
        self._core, self._runbook = core, runbook or RUNBOOK
        self._action = actions.SnsAction(core.notices.topic)
        self.all: list[cloudwatch.Alarm] = []
        for workflow, deployed in core.deployed.items():
            self._add(RUN_FAILED, failed_runs(workflow, deployed.machine), NO_DATA_IS_WELL, workflow)
            overdue = self.measure(watch.RUN_OVERDUE, workflow)
            self._add(RUN_OVERDUE, overdue, NO_DATA_IS_NO_NEWS, workflow)
        if ROTATE_KEYS in core.deployed:
            self._add(KEYS_OVERDUE, self.measure(watch.KEYS_OVERDUE, ROTATE_KEYS), NO_DATA_IS_NO_NEWS)
        if DEPROVISION in core.deployed:
            self._add(DELETION_FAILED, self._failed_deletions(), NO_DATA_IS_WELL)
            expiring = self.measure(watch.APPROVALS_EXPIRING, DEPROVISION)
            self._add(APPROVALS_EXPIRING, expiring, NO_DATA_IS_NO_NEWS)
        self._add(LOCKS_OLD, self.measure(watch.LOCKS_OLD), NO_DATA_IS_NO_NEWS)
        missed = core.schedules.missed.metric_approximate_number_of_messages_visible(period=SOON)
        self._add(EVENTS_MISSED, missed, NO_DATA_IS_WELL)
        self._add(FUNCTION_ERRORS, self._errors(), NO_DATA_IS_WELL)
        looked = self.measure(watch.WATCHED, statistic="Sum")
        self._add(WATCH_SILENT, looked, NO_DATA_IS_WRONG, evaluation_periods=3)

    def measure(
        self,
        name: str,
        workflow: str = "",
        statistic: str = "Maximum",
        period: Duration = HOURLY,
        **more: str,
    ) -> cloudwatch.Metric:
        """One of the steward's own metrics, of this stack; ``more`` are dimensions beside ``workflow``."""
        of_workflow = {"workflow": workflow} if workflow else {}
        dimensions = {"stack": Stack.of(self).stack_name, **of_workflow, **more}
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=period,
        )

    def _failed_deletions(self) -> cloudwatch.MathExpression:
        """No run of deprovision fails because of one cluster, and its report can be weeks away."""
        metrics = {
            outcome.value: self.measure(OPERATIONS, DEPROVISION, "Sum", SOON, outcome=outcome.value)
            for outcome in Outcome
            if outcome.is_failure
        }
        return _total("Deletions that failed", metrics)

    def _errors(self) -> cloudwatch.MathExpression:
        functions = [self._core.functions[name] for name in LAST_RESORTS if name in self._core.functions]
        metrics = {f"e{n}": each.metric_errors(period=SOON) for n, each in enumerate(functions)}
        return _total("Errors of functions that nobody else watches", metrics)

    def _add(
        self,
        message: Message,
        metric: cloudwatch.IMetric,
        missing: cloudwatch.TreatMissingData,
        workflow: str = "",
        evaluation_periods: int = 1,
    ) -> None:
        """It rings at one or more; that of silence rings at less than one."""
        name = "-".join(filter(None, (message.name, workflow)))
        at_least = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        silent = missing is NO_DATA_IS_WRONG
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in name.split("-")),
            alarm_name=f"{Stack.of(self).stack_name}-{name}",
            alarm_description=message.text(self._runbook).format(workflow=workflow),
            metric=metric,
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD if silent else at_least,
            evaluation_periods=evaluation_periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        self.all.append(alarm)


def failed_runs(workflow: str, machine: sfn.IStateMachine) -> cloudwatch.MathExpression:
    """Executions that failed, were aborted or timed out: each of them ends a run early."""
    prefix = workflow.replace("-", "_")
    metrics = {
        f"{prefix}_failed": machine.metric_failed(period=SOON),
        f"{prefix}_aborted": machine.metric_aborted(period=SOON),
        f"{prefix}_timed_out": machine.metric_timed_out(period=SOON),
    }
    return _total(f"{workflow}: runs that failed", metrics)


def _total(label: str, metrics: dict[str, cloudwatch.Metric]) -> cloudwatch.MathExpression:
    summed = "+".join(f"FILL({name},0)" for name in metrics)
    return cloudwatch.MathExpression(label=label, expression=summed, using_metrics=metrics, period=SOON)
