"""rotate-keys: the workflow, and the states of one cluster's child execution.

Start ─► (again: pause, Start) ─► (resuming: wait until resumed, Start) ─► wait until rotated ─► Finish
─► (pausing: wait until paused, Finish); any error ─► Abandon ─► Fail.
"""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.shared_resources import SharedResources
from infra.workflows.base import WorkflowSpec, WorkflowStateMachine
from infra.workflows.cluster_execution import ClusterExecution, next_is
from infra.workflows.retries import retry_busy
from infra.workflows.wait_conditions import until_paused, until_ready
from policy import RotateKeys
from steward.domain.messages import FinishEvent, FinishNext, StartEvent, StartNext, StepNext
from steward.domain.status import Phase
from steward.domain.workflows import ROTATE_KEYS

WAIT_RESULT = {
    "wait": {
        "polls": "{% $wait.polls %}",
        "overshoot_seconds": "{% $wait.pause_seconds %}",
        "odd_status": "{% $wait.odd_status %}",
    }
}
"""Finish's input about the wait."""


class RotateKeysWorkflow(Construct):
    """The workflow rotate-keys: its functions, its state machine and its schedule."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, section: RotateKeys) -> None:
        super().__init__(scope, name)
        start = shared.function(self, "StartRotation", "rotate_keys.start")
        finish = shared.function(self, "FinishRotation", "rotate_keys.finish")
        plan = shared.function(self, "PlanRotation", "rotate_keys.plan")
        each = RotateKeysExecution(self, "Cluster", start=start, finish=finish, abandon=shared.abandon)
        spec = WorkflowSpec(ROTATE_KEYS, section.settings(), plan, each.start, (start, finish))
        self.machine = WorkflowStateMachine(self, "Workflow", shared, spec).machine
        shared.schedule_and_publish(ROTATE_KEYS, self.machine, section.schedule, section.timezone)


class RotateKeysExecution(ClusterExecution):
    """The states from `start` to the end of the child execution."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        start: lambda_.Function,
        finish: lambda_.Function,
        abandon: lambda_.Function,
    ) -> None:
        super().__init__(scope, name, abandon=abandon)
        self._start_step = self.step_with_retry("Start", start, StartEvent)
        self._finish_step = self._finish(finish)
        self._after_start()
        self._after_finish()
        self.start = self.remember().next(self._keep_apart()).next(self._start_step)

    def _keep_apart(self) -> sfn.Wait:
        return sfn.Wait.jsonata(
            self,
            "KeepApart",
            state_name="Delay for shared key",
            time=sfn.WaitTime.seconds("{% $child.item.delay_seconds %}"),
        )

    def _after_start(self) -> None:
        resumed = until_ready(Phase.FAILED, Phase.DELETING)
        never_ready = (Phase.FAILED, Phase.DELETING, Phase.PAUSED)
        rotated = until_ready(*never_ready, expected_seconds="$step.expected_seconds")
        self._start_step.next(
            sfn.Choice.jsonata(self, "Started", state_name="After Start")
            .when(next_is(StepNext.AGAIN), self.pause_before_retry("Pause before retry", self._start_step))
            .when(
                next_is(StartNext.RESUMING),
                self.wait("Until resumed", resumed, self._start_step, self._start_step),
            )
            .when(
                next_is(StartNext.ROTATING),
                self.wait("Until rotated", rotated, self._finish_step, self._start_step),
            )
            .when(next_is(StartNext.FINISH), self._finish_step)
            .otherwise(self.succeed("No change made"))
        )

    def _finish(self, function: lambda_.Function) -> tasks.LambdaInvoke:
        finish = self.step("Finish", function, FinishEvent, WAIT_RESULT)
        retry_busy(finish)
        return finish

    def _after_finish(self) -> None:
        self._finish_step.next(
            sfn.Choice.jsonata(self, "Finished", state_name="After Finish")
            .when(
                next_is(FinishNext.PAUSING),
                self.wait("Until paused", until_paused(), self._finish_step, self._finish_step),
            )
            .otherwise(self.succeed("Cluster done"))
        )
