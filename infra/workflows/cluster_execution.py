"""What the child executions of all workflows share: their memory, a step, its repetition, the failure path.

Their variables are ``$job`` (``item``, ``settings``, ``run``, ``wish``), ``$since`` and ``$attempt`` (of the
step that is repeated until it answers something else than ``again``), ``$step`` (the last answer), ``$watch``
and ``$seen`` (of the wait loops) and ``$failure``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.workflows.base import FAILURE_CAUGHT, NOW, invoke
from infra.workflows.wait_loop import Awaited, WaitLoop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_stepfunctions_tasks as tasks

ABOUT = {
    "item": "{% $job.item %}",
    "run": "{% $job.run %}",
    "now": NOW,
    "execution": "{% $states.context.Execution.Id %}",
}
"""What every function of a child execution is told."""

TURN = {
    "settings": "{% $job.settings %}",
    "wish": "{% $job.wish %}",
    "since": "{% $since %}",
    "attempt": "{% $attempt %}",
}
"""What a step is told besides that may answer ``again``."""


class Child(Construct):
    """The states that every child execution has; a workflow adds its own between `remember` and the ends."""

    def __init__(self, scope: Construct, name: str, *, abandon: lambda_.IFunction) -> None:
        super().__init__(scope, name)
        self.abandon = self._abandoned(abandon)

    def remember(self) -> sfn.Pass:
        """The first state: no later one reads its input."""
        return sfn.Pass.jsonata(
            self,
            "Remember",
            state_name="Remember the cluster",
            assign={
                "job": "{% $states.input %}",
                "since": "{% '' %}",
                "attempt": 0,
                "step": "{% {'next': ''} %}",
                "failure": {},
                "watch": "{% {'polls': 0, 'pause_seconds': 0, 'odd_status': ''} %}",
            },
        )

    def step(
        self,
        name: str,
        function: lambda_.IFunction,
        payload: Mapping[str, Any] | None = None,
        assign: Mapping[str, Any] | None = None,
    ) -> tasks.LambdaInvoke:
        """A function that is called once it is its turn; its answer is ``$step``."""
        task = invoke(
            self,
            name,
            function,
            payload={**ABOUT, **(payload or {})},
            assign={"step": "{% $states.result.Payload %}", **(assign or {})},
        )
        task.add_catch(self.abandon, errors=["States.ALL"], assign=FAILURE_CAUGHT)
        return task

    def turn(
        self, name: str, function: lambda_.IFunction, payload: Mapping[str, Any] | None = None
    ) -> tasks.LambdaInvoke:
        """A function that may answer ``again``; it is told since when, and for which time, it is called."""
        told = {"since": "{% $states.result.Payload.since %}", "attempt": "{% $attempt + 1 %}"}
        return self.step(name, function, {**TURN, **(payload or {})}, told)

    def again(self, name: str, then: sfn.IChainable) -> sfn.Wait:
        """A pause as long as the step's answer says, before the step is called anew."""
        pause = sfn.WaitTime.seconds("{% $step.wait_seconds %}")
        wait = sfn.Wait.jsonata(self, name.title().replace(" ", ""), state_name=name, time=pause)
        wait.next(then)
        return wait

    def wait(self, name: str, awaited: Awaited, then: sfn.IChainable) -> sfn.IChainable:
        """A wait loop that goes on to ``then``, or to the failure path."""
        return WaitLoop(self, name, awaited, then=then, failed=self.abandon).start

    def succeed(self, name: str) -> sfn.Succeed:
        """An end of the child execution at which nothing is left to do."""
        return sfn.Succeed.jsonata(self, name.title().replace(" ", ""), state_name=name, outputs={})

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
            .otherwise(self.succeed("Nothing left to do"))
        )
        return abandon


def next_is(answer: str) -> sfn.Condition:
    """Whether the last step's answer says that this comes next."""
    return sfn.Condition.jsonata(f"{{% $step.next = '{answer}' %}}")
