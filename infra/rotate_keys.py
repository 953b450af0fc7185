"""rotate-keys: the states of one cluster's child execution.

Start ─► (again: pause, Start) ─► (resuming: wait until resumed, Start) ─► wait until rotated ─► Finish
─► (pausing: wait until paused, Finish); any error ─► Abandon ─► Fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.retries import retry_busy
from infra.wait_loop import Awaited, WaitLoop
from infra.workflow import FAILURE_CAUGHT, NOW, invoke
from steward.domain.status import Phase

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_stepfunctions_tasks as tasks

DEADLINE = "$job.settings.deadline_seconds"
NEVER_READY = (Phase.BROKEN, Phase.LEAVING, Phase.PAUSED)
ABOUT = {"item": "{% $job.item %}", "run": "{% $job.run %}", "now": NOW}
"""What every function of a child execution is told."""


class ClusterRotation(Construct):
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
        super().__init__(scope, name)
        self._abandon = self._abandoned(abandon)
        self._started = self._start(start)
        self._finished = self._finish(finish)
        self._after_start()
        self._after_finish()
        self.start = self._remember().next(self._keep_apart()).next(self._started)

    def _remember(self) -> sfn.Pass:
        return sfn.Pass.jsonata(
            self,
            "Remember",
            state_name="Remember the cluster",
            assign={
                "job": "{% $states.input %}",
                "since": "{% '' %}",
                "attempt": 0,
                "failure": {},
                "watch": "{% {'polls': 0, 'pause_seconds': 0, 'odd_status': ''} %}",
            },
        )

    def _keep_apart(self) -> sfn.Wait:
        return sfn.Wait.jsonata(
            self,
            "KeepApart",
            state_name="Keep apart on a shared key",
            time=sfn.WaitTime.seconds("{% $job.item.delay_seconds %}"),
        )

    def _start(self, function: lambda_.IFunction) -> tasks.LambdaInvoke:
        start = invoke(
            self,
            "Start",
            function,
            payload={
                **ABOUT,
                "settings": "{% $job.settings %}",
                "wish": "{% $job.wish %}",
                "since": "{% $since %}",
                "attempt": "{% $attempt %}",
            },
            assign={
                "step": "{% $states.result.Payload %}",
                "since": "{% $states.result.Payload.since %}",
                "attempt": "{% $attempt + 1 %}",
            },
        )
        start.add_catch(self._abandon, errors=["States.ALL"], assign=FAILURE_CAUGHT)
        return start

    def _after_start(self) -> None:
        again = sfn.Wait.jsonata(
            self, "Again", state_name="Try again later", time=sfn.WaitTime.seconds("{% $step.wait_seconds %}")
        )
        resumed = self._wait("Until resumed", "available", (Phase.BROKEN, Phase.LEAVING), "0", self._started)
        rotated = self._wait(
            "Until rotated", "available", NEVER_READY, "$step.expected_seconds", self._finished
        )
        self._started.next(
            sfn.Choice.jsonata(self, "Started", state_name="What did Start do?")
            .when(_next_is("again"), again.next(self._started))
            .when(_next_is("resuming"), resumed)
            .when(_next_is("rotating"), rotated)
            .when(_next_is("finish"), self._finished)
            .otherwise(sfn.Succeed.jsonata(self, "Left", state_name="Left as it is", outputs={}))
        )

    def _finish(self, function: lambda_.IFunction) -> tasks.LambdaInvoke:
        finish = invoke(
            self,
            "Finish",
            function,
            payload={
                **ABOUT,
                "watched": {
                    "polls": "{% $watch.polls %}",
                    "overshoot_seconds": "{% $watch.pause_seconds %}",
                    "odd_status": "{% $watch.odd_status %}",
                },
            },
            assign={"step": "{% $states.result.Payload %}"},
        )
        retry_busy(finish)
        finish.add_catch(self._abandon, errors=["States.ALL"], assign=FAILURE_CAUGHT)
        return finish

    def _after_finish(self) -> None:
        paused = self._wait("Until paused", "paused", (Phase.BROKEN, Phase.LEAVING), "0", self._finished)
        self._finished.next(
            sfn.Choice.jsonata(self, "Finished", state_name="What did Finish do?")
            .when(_next_is("pausing"), paused)
            .otherwise(sfn.Succeed.jsonata(self, "Rotated", state_name="Done with the cluster", outputs={}))
        )

    def _abandoned(self, function: lambda_.IFunction) -> tasks.LambdaInvoke:
        abandon = invoke(
            self,
            "Abandon",
            function,
            payload={**ABOUT, "error": "{% $failure %}"},
            outputs="{% $states.result.Payload %}",
        )
        failed = sfn.Fail.jsonata(
            self,
            "Fail",
            state_name="Cluster failed",
            error="{% $states.input.error %}",
            cause="{% $states.input.cause %}",
        )
        counts = sfn.Condition.jsonata("{% $states.input.failed %}")
        abandon.next(
            sfn.Choice.jsonata(self, "Abandoned", state_name="Does it count as a failure?")
            .when(counts, failed)
            .otherwise(sfn.Succeed.jsonata(self, "Gone", state_name="Nothing left to do", outputs={}))
        )
        return abandon

    def _wait(
        self, name: str, status: str, unfit: tuple[Phase, ...], expected: str, then: sfn.IChainable
    ) -> sfn.IChainable:
        awaited = Awaited(status, unfit, expected, DEADLINE)
        return WaitLoop(self, name, awaited, then=then, failed=self._abandon).start


def _next_is(answer: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% $step.next = '{answer}' %}}")
