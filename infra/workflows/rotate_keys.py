"""rotate-keys: the workflow, and the states of one cluster's child execution.

Start ─► (again: pause, Start) ─► (resuming: wait until resumed, Start) ─► wait until rotated ─► Finish
─► (pausing: wait until paused, Finish); any error ─► Abandon ─► Fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.workflows.base import Outline, Workflow
from infra.workflows.cluster_execution import Child, next_is
from infra.workflows.retries import retry_busy
from infra.workflows.wait_conditions import until_paused, until_ready
from steward.domain.status import Phase
from steward.domain.workflows import ROTATE_KEYS

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_stepfunctions_tasks as tasks

    from infra.shared_resources import Core
    from policy import RotateKeys

WATCHED = {
    "watched": {
        "polls": "{% $watch.polls %}",
        "overshoot_seconds": "{% $watch.pause_seconds %}",
        "odd_status": "{% $watch.odd_status %}",
    }
}
"""What Finish is told of the wait."""


class KeyRotation(Construct):
    """The workflow rotate-keys: its functions, its state machine and its schedule."""

    def __init__(self, scope: Construct, name: str, core: Core, section: RotateKeys) -> None:
        super().__init__(scope, name)
        start = core.function(self, "StartRotation", "rotate_keys.start")
        finish = core.function(self, "FinishRotation", "rotate_keys.finish")
        plan = core.function(self, "PlanRotation", "rotate_keys.plan")
        each = ClusterRotation(self, "Cluster", start=start, finish=finish, abandon=core.abandon)
        outline = Outline(ROTATE_KEYS.name, section.settings(), plan, each.start, (start, finish))
        self.machine = Workflow(self, "Workflow", core, outline).machine
        core.schedules.add("RotateKeys", self.machine, section.schedule, section.timezone)
        core.publish("RotateKeysMachine", self.machine)


class ClusterRotation(Child):
    """The states from `start` to the end of the child execution."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        start: lambda_.IFunction,
        finish: lambda_.IFunction,
        abandon: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, name, abandon=abandon)
        self._started = self.turn("Start", start)
        self._finished = self._finish(finish)
        self._after_start()
        self._after_finish()
        self.start = self.remember().next(self._keep_apart()).next(self._started)

    def _keep_apart(self) -> sfn.Wait:
        return sfn.Wait.jsonata(
            self,
            "KeepApart",
            state_name="Keep apart on a shared key",
            time=sfn.WaitTime.seconds("{% $job.item.delay_seconds %}"),
        )

    def _after_start(self) -> None:
        resumed = until_ready(Phase.FAILED, Phase.DELETING)
        never_ready = (Phase.FAILED, Phase.DELETING, Phase.PAUSED)
        rotated = until_ready(*never_ready, expected_seconds="$step.expected_seconds")
        self._started.next(
            sfn.Choice.jsonata(self, "Started", state_name="What did Start do?")
            .when(next_is("again"), self.again("Try again later", self._started))
            .when(next_is("resuming"), self.wait("Until resumed", resumed, self._started))
            .when(next_is("rotating"), self.wait("Until rotated", rotated, self._finished))
            .when(next_is("finish"), self._finished)
            .otherwise(self.succeed("Left as it is"))
        )

    def _finish(self, function: lambda_.IFunction) -> tasks.LambdaInvoke:
        finish = self.step("Finish", function, WATCHED)
        retry_busy(finish)
        return finish

    def _after_finish(self) -> None:
        self._finished.next(
            sfn.Choice.jsonata(self, "Finished", state_name="What did Finish do?")
            .when(next_is("pausing"), self.wait("Until paused", until_paused(), self._finished))
            .otherwise(self.succeed("Done with the cluster"))
        )
