"""CloudWatch's alarms, built from the specifications in `steward.domain.alarms`."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.shared_resources import SharedResources
from steward.domain.alarms import EVERY_STACK, EVERY_WORKFLOW, AlarmSpec, Source
from steward.domain.metric_names import NAMESPACE, OPERATIONS
from steward.domain.operation import Outcome
from steward.domain.workflows import WORKFLOWS

RUNBOOK = "docs/runbook.md"
"""Where the runbook is, unless the policy says where people find it."""

SOON, HOURLY = Duration.minutes(5), Duration.hours(1)

LAST_RESORTS = ("abandon", "report", "report_stopped", "sweep", "watch", "approvals.api")
"""Handlers of functions whose errors no report mentions; errors of the others end up in a run's report."""


MISSING_DATA = {
    Source.WATCH: cloudwatch.TreatMissingData.IGNORE,
    Source.WATCH_SILENCE: cloudwatch.TreatMissingData.MISSING,
}
"""How missing data counts, by source; for the other sources it means that nothing happened.

Without data for three hours the alarm of silence goes from OK to INSUFFICIENT_DATA, and that is what it tells
people: a new alarm begins in that state, so that a first deployment tells nobody. That Watch does not work
from the beginning, its errors and undelivered schedules tell; they have alarms of their own.
"""


class Alarms(Construct):
    """The alarms of the workflows that ``core`` has by now; all of them notify the topic's subscribers."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, *, runbook: str = "") -> None:
        super().__init__(scope, name)
        self._shared, self._runbook = shared, runbook or RUNBOOK
        self._action = actions.SnsAction(shared.notices.topic)
        self.all: list[cloudwatch.Alarm] = []
        for workflow in shared.deployed:
            for spec in EVERY_WORKFLOW:
                self._add(spec, workflow, f"{spec.name}-{workflow}")
        for workflow in shared.deployed:
            for spec in WORKFLOWS[workflow].own_alarms:
                self._add(spec, workflow, spec.name)
        for spec in EVERY_STACK:
            self._add(spec, "", spec.name)

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

    def _metric(self, spec: AlarmSpec, workflow: str) -> cloudwatch.IMetric:
        match spec.source:
            case Source.WATCH:
                return self.measure(spec.metric, workflow)
            case Source.WATCH_SILENCE | Source.REFUSALS:
                period = SOON if spec.source is Source.REFUSALS else HOURLY
                return self.measure(spec.metric, statistic="Sum", period=period)
            case Source.FAILED_OPERATIONS:
                return self._failed_operations(workflow)
            case Source.FAILED_RUNS:
                return failed_runs(workflow, self._shared.deployed[workflow].machine)
            case Source.UNDELIVERED:
                return self._shared.schedules.missed.metric_approximate_number_of_messages_visible(
                    period=SOON
                )
            case Source.FUNCTION_ERRORS:
                return self._errors()

    def _failed_operations(self, workflow: str) -> cloudwatch.MathExpression:
        """For workflows whose runs do not fail because of one cluster, and end weeks later."""
        metrics = {
            outcome.value: self.measure(OPERATIONS, workflow, "Sum", SOON, outcome=outcome.value)
            for outcome in Outcome
            if outcome.is_failure
        }
        return _total("Deletions that failed", metrics)

    def _errors(self) -> cloudwatch.MathExpression:
        functions = [self._shared.functions[name] for name in LAST_RESORTS if name in self._shared.functions]
        metrics = {f"e{n}": each.metric_errors(period=SOON) for n, each in enumerate(functions)}
        return _total("Errors of functions that no report mentions", metrics)

    def _add(self, spec: AlarmSpec, workflow: str, name: str) -> None:
        at_least = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        silence = spec.source is Source.WATCH_SILENCE
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in name.split("-")),
            alarm_name=f"{Stack.of(self).stack_name}-{name}",
            alarm_description=spec.text(self._runbook, workflow),
            metric=self._metric(spec, workflow),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD if silence else at_least,
            evaluation_periods=1,
            treat_missing_data=MISSING_DATA.get(spec.source, cloudwatch.TreatMissingData.NOT_BREACHING),
        )
        alarm.add_alarm_action(self._action)
        if silence:
            alarm.add_insufficient_data_action(self._action)
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
    """The sum of what there is: SUM passes over a metric without any value, should FILL not fill it."""
    summed = ",".join(f"FILL({name},0)" for name in metrics)
    return cloudwatch.MathExpression(
        label=label, expression=f"SUM([{summed}])", using_metrics=metrics, period=SOON
    )
