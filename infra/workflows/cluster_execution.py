"""What the child executions of all workflows share: variables, steps, retries, and the failure path.

The variables are ``$child`` (the execution's input: ``item``, ``deadline_seconds``, ``run``, ``overrides``),
``$step`` (the last answer), ``$since`` and ``$attempt`` (of the step that is called until it stops answering
``again``), ``$wait`` and ``$observed`` (of the wait loops), and ``$failure``.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.base import NOW, invoke
from infra.workflows.outages import LATER, OF_CLUSTER
from infra.workflows.retries import retry_abandon
from infra.workflows.wait_loop import WaitCondition, WaitLoop
from steward.domain.messages import AbandonEvent, Next

CLUSTER_PAYLOAD = {
    "item": "{% $child.item %}",
    "run": "{% $child.run %}",
    "now": NOW,
    "execution": "{% $states.context.Execution.Id %}",
}
"""The payload of every function of a child execution (`ChildEvent`)."""

STEP_PAYLOAD = {
    "overrides": "{% $child.overrides %}",
    "since": "{% $since %}",
    "attempt": "{% $attempt %}",
}
"""What a step that may answer ``again`` gets in addition (`StepEvent`)."""


class ClusterExecution(Construct):
    """The states that every child execution has; a workflow adds its own between `remember` and the ends."""

    def __init__(self, scope: Construct, name: str, *, abandon: lambda_.Function) -> None:
        super().__init__(scope, name)
        self.abandon = self._abandon_path(abandon)

    def remember(self) -> sfn.Pass:
        """The first state: no later one reads its input."""
        return sfn.Pass.jsonata(
            self,
            "Remember",
            state_name="Remember cluster",
            assign={
                "child": "{% $states.input %}",
                "since": "{% '' %}",
                "attempt": 0,
                "step": "{% {'next': ''} %}",
                "failure": {},
                "wait": "{% {'polls': 0, 'pause_seconds': 0, 'odd_status': ''} %}",
            },
        )

    def step(
        self,
        name: str,
        function: lambda_.Function,
        event: type,
        payload: Mapping[str, Any] | None = None,
        assign: Mapping[str, Any] | None = None,
    ) -> tasks.LambdaInvoke:
        """A task whose answer becomes ``$step``; outages are waited out, other errors lead to Abandon."""
        task = invoke(
            self,
            name,
            function,
            event=event,
            payload={**CLUSTER_PAYLOAD, **(payload or {})},
            assign={"step": "{% $states.result.Payload %}", **OF_CLUSTER.none, **(assign or {})},
        )
        again = OF_CLUSTER.enter_again(self, task, name, lost=self.abandon, **LATER)
        task.add_catch(again, errors=["States.ALL"], assign=OF_CLUSTER.caught())
        return task

    def step_with_retry(
        self,
        name: str,
        function: lambda_.Function,
        event: type,
        payload: Mapping[str, Any] | None = None,
    ) -> tasks.LambdaInvoke:
        """A step that may answer ``again``; it gets the moment of its first call and the number of calls."""
        memory = {"since": "{% $states.result.Payload.since %}", "attempt": "{% $attempt + 1 %}"}
        return self.step(name, function, event, {**STEP_PAYLOAD, **(payload or {})}, memory)

    def pause_before_retry(self, name: str, then: sfn.IChainable) -> sfn.Wait:
        """A pause as long as the step's answer says, before the step is called anew."""
        pause = sfn.WaitTime.seconds("{% $step.wait_seconds %}")
        wait = sfn.Wait.jsonata(self, name.title().replace(" ", ""), state_name=name, time=pause)
        wait.next(then)
        return wait

    def wait(
        self,
        name: str,
        condition: WaitCondition,
        then: sfn.IChainable,
        gone: sfn.IChainable | None = None,
    ) -> sfn.IChainable:
        """A wait loop that continues with ``then``, ``gone`` if the name is gone, or the failure path."""
        return WaitLoop(self, name, condition, then=then, failed=self.abandon, gone=gone).start

    def succeed(self, name: str) -> sfn.Succeed:
        """An end of the child execution at which nothing is left to do."""
        return sfn.Succeed.jsonata(self, name.title().replace(" ", ""), state_name=name, outputs={})

    def _abandon_path(self, function: lambda_.Function) -> tasks.LambdaInvoke:
        abandon = invoke(
            self,
            "Abandon",
            function,
            event=AbandonEvent,
            payload={**CLUSTER_PAYLOAD, "error": "{% $failure %}"},
            outputs="{% $states.result.Payload %}",
            retry=retry_abandon,
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
            sfn.Choice.jsonata(self, "Abandoned", state_name="Counts as failure?")
            .when(counts, failed)
            .otherwise(self.succeed("No failure"))
        )
        return abandon


def next_is(answer: Next) -> sfn.Condition:
    """Whether the last step's answer says that this comes next (a member of a ``…Next``)."""
    return sfn.Condition.jsonata(f"{{% $step.next = '{answer}' %}}")
