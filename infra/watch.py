"""The function that checks hourly for what no run would report, and the schedules it expects."""

from datetime import timedelta

from constructs import Construct

from infra.shared_resources import DeployedWorkflow, SharedResources
from policy.schedule import longest_period, parse_schedule
from steward.domain.messages import ScheduleInfo, WatchEvent
from steward.domain.workflows import WORKFLOWS

A_DAY = timedelta(days=1)


class Watch(Construct):
    """The function and its schedule; it covers the workflows that ``shared`` has by now."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources) -> None:
        super().__init__(scope, name)
        self.function = shared.function(self, "Watch", "watch")
        shared.schedules.hourly("Watch", self.function, expectations(shared))


def expectations(shared: SharedResources) -> WatchEvent:
    """What Watch is told: nulls, which CDK would drop, are left out."""
    schedules = {
        workflow: _schedule_info(shared, workflow, each) for workflow, each in shared.deployed.items()
    }
    return {"schedules": schedules}


def _schedule_info(shared: SharedResources, workflow: str, deployed: DeployedWorkflow) -> ScheduleInfo:
    """A run takes as long as its last cluster, which may begin late: its deadline and a day.

    A run that waits for people is never late.
    """
    expression = shared.schedules.of_machines.get(deployed.machine.state_machine_arn)
    period = longest_period(parse_schedule(expression)) if expression else None
    expected: ScheduleInfo = {"period_seconds": period.total_seconds()} if period else {}
    if not WORKFLOWS[workflow].waits_for_people:
        expected["longest_run_seconds"] = deployed.settings["deadline_seconds"] + A_DAY.total_seconds()
    return expected
