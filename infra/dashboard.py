"""The CloudWatch dashboard: what runs did, how the fleet stands, and what is wrong."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import Alarms, failed_runs
from infra.shared_resources import SharedResources
from steward.domain import metric_names as names
from steward.domain.workflows import WORKFLOWS

WIDTH, HALF, THIRD = 24, 12, 8
A_DAY = Duration.days(1)


class Dashboard(Construct):
    """One page for the whole stack, named after it."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, alarms: Alarms) -> None:
        super().__init__(scope, name)
        self._shared, self._alarms = shared, alarms
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{Stack.of(self).stack_name}-fleet",
            default_interval=Duration.days(14),
            widgets=[self._state(), self._fleet(), self._runs(), self._operations(), self._functions()],
        )

    def _state(self) -> list[cloudwatch.IWidget]:
        return [
            cloudwatch.AlarmStatusWidget(title="Alarms", width=WIDTH, height=4, alarms=[*self._alarms.all])
        ]

    def _fleet(self) -> list[cloudwatch.IWidget]:
        """The newest values that Watch measured."""
        metrics = [
            self._alarms.measure(metric, workflow).with_(label=label)
            for workflow in self._shared.deployed
            for label, metric in WORKFLOWS[workflow].gauges.items()
        ]
        metrics.append(self._alarms.measure(names.OLDEST_LOCK_HOURS).with_(label="Oldest lock, hours"))
        return [cloudwatch.SingleValueWidget(title="Now", width=WIDTH, height=4, metrics=[*metrics])]

    def _runs(self) -> list[cloudwatch.IWidget]:
        started, finished = names.RUNS_STARTED, names.RUNS_FINISHED
        failing = [
            failed_runs(workflow, each.machine).with_(label=workflow, period=A_DAY)
            for workflow, each in self._shared.deployed.items()
        ]
        return [
            self._graph("Runs started and finished a day", self._a_day(started) + self._a_day(finished)),
            self._graph("Runs failed a day", failing),
            self._graph("Seconds a run took", self._a_day(names.RUN_SECONDS, "Maximum")),
        ]

    def _operations(self) -> list[cloudwatch.IWidget]:
        """Outcomes are found by search: each has a metric of its own once it has happened."""
        stack = Stack.of(self).stack_name
        search = (
            f"SEARCH('{{{names.NAMESPACE},stack,workflow,outcome}} "
            f'MetricName="{names.OPERATIONS}" stack="{stack}"\', \'Sum\', {A_DAY.to_seconds():.0f})'
        )
        outcomes = cloudwatch.MathExpression(expression=search, label="", period=A_DAY)
        found = self._a_day(names.DRIFT_FOUND) + self._a_day(names.APPROVALS_REQUESTED)
        return [
            self._graph("Clusters a day, by outcome", [outcomes], HALF),
            self._graph("Drift found and approvals requested a day", found, HALF),
        ]

    def _functions(self) -> list[cloudwatch.IWidget]:
        errors = [
            function.metric_errors(label=name, period=Duration.hours(1))
            for name, function in sorted(self._shared.functions.items())
        ]
        refused = self._alarms.measure(names.REFUSED_CALLS, statistic="Sum")
        missed = self._shared.schedules.missed.metric_approximate_number_of_messages_visible(label="missed")
        return [
            self._graph("Errors of functions an hour", [*errors], HALF),
            self._graph("Schedules and events that were not delivered", [missed], HALF),
            self._graph("Calls of functions that were refused, an hour", [refused], HALF),
        ]

    def _a_day(self, name: str, statistic: str = "Sum") -> list[cloudwatch.IMetric]:
        return [
            self._alarms.measure(name, workflow, statistic, A_DAY).with_(label=f"{workflow} {name}")
            for workflow in self._shared.deployed
        ]

    @staticmethod
    def _graph(title: str, left: Sequence[cloudwatch.IMetric], width: int = THIRD) -> cloudwatch.IWidget:
        return cloudwatch.GraphWidget(
            title=title, left=[*left], width=width, left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False)
        )
