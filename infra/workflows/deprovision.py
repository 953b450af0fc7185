"""deprovision: the workflow, and the states of one cluster's child execution.

Advance is called after each wait and each task: it observes, makes the next move, and answers what comes
next, such as a wait, a task for people, a pause, or one of the two functions that delete. All of these
lead back to it, errors included.

Advance ─► (again, hold: pause) ─► Advance;  ─► (ask: wait for a person) ─► Advance
        ─► (until …: wait loop) ─► Advance;  ─► (delete, remove_copy: their functions) ─► …
        ─► done | failed
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.approvals import Approvals
from infra.arns import arn
from infra.shared_resources import SharedResources
from infra.workflows.base import WorkflowSpec, WorkflowStateMachine, checked_payload, invoke
from infra.workflows.cluster_execution import CLUSTER_PAYLOAD, STEP_PAYLOAD, ClusterExecution, next_is
from infra.workflows.deprovision_waits import LOOPS
from infra.workflows.outages import LATER, OF_CLUSTER, if_jsonata
from infra.workflows.retries import retry_function
from infra.workflows.wait_loop import WaitLoop
from policy import Deprovision
from steward.domain.deprovision.moves import Delegate, RequestTask, Wait
from steward.domain.deprovision.settings import protected_selector
from steward.domain.messages import AdvanceEvent, ApprovalEvent, DeprovisionEvent, StepNext
from steward.domain.workflows import DEPROVISION
from steward.steps.approvals.delivery import CANCELLED, REJECTED

COUNT = OF_CLUSTER.count

ERROR = {
    "error": f"{{% $exists($failure.Error) and ({COUNT} = 0 or {COUNT} > {OF_CLUSTER.tolerated})"
    " ? $failure : {} %}"
}
"""Advance's input about what was caught: the end of a wait, or too many errors in a row."""

CAUGHT = OF_CLUSTER.caught(elsewhere="true")
"""What a catch remembers; only the state that failed ends the row, so Advance's success does not."""

CAUGHT_IN_ADVANCE = OF_CLUSTER.caught(elsewhere="($exists($failure.elsewhere) and $failure.elsewhere)")

ADVANCED = {
    "failure": "{% $exists($failure.elsewhere) and $failure.elsewhere ? $failure : {} %}",
}
"""What Advance's success leaves of the errors before it."""

QUESTION = {
    **CLUSTER_PAYLOAD,
    "blockers_waived": "{% $step.blockers_waived %}",
}
"""Input of the approvals' function."""


class DeprovisionWorkflow(Construct):
    """The workflow deprovision: its functions, its state machine, its approvals and its schedule."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, section: Deprovision) -> None:
        super().__init__(scope, name)
        approvals = Approvals(self, "Approvals", shared)
        plan = shared.function(self, "PlanDeprovision", "deprovision.plan")
        advance = shared.function(
            self, "AdvanceDeprovision", "deprovision.advance", snapshot_tags=section.snapshot.tags
        )
        delete = shared.function(self, "DeleteCluster", "deprovision.delete")
        remove = shared.function(self, "RemoveCopy", "deprovision.remove_copy")
        for function in (advance, delete, remove):
            _deny_protected(function, section)
        each = DeprovisionExecution(
            self,
            "Cluster",
            advance=advance,
            delete=delete,
            remove_copy=remove,
            ask=approvals.request_approval,
            abandon=shared.abandon,
        )
        functions = (advance, delete, remove, approvals.request_approval)
        spec = WorkflowSpec(DEPROVISION, section.settings(), plan, each.start, functions)
        self.machine = WorkflowStateMachine(self, "Workflow", shared, spec).machine
        shared.schedule_and_publish(DEPROVISION, self.machine, section.schedule, section.timezone)


DENIED_ON_PROTECTED = (
    "redshift:CreateTags",
    "redshift:DeleteCluster",
    "redshift:PauseCluster",
    "redshift:RestoreFromClusterSnapshot",
    "redshift:RotateEncryptionKey",
)
"""What no role of deprovision may do with a protected cluster or its snapshots.

ResumeCluster and DeleteTags stay: a cluster that is protected while it is in quarantine is put back as it was
found, and DeleteTags may only take away the tag of its approval.
"""


def _deny_protected(function: lambda_.Function, section: Deprovision) -> None:
    """Let IAM refuse what the policy protects, whatever the code does: by tag, and by identifier."""
    protected = protected_selector(section.protected.selector())

    def deny(sid: str, clusters: Sequence[str], conditions: dict[str, Any] | None = None) -> None:
        function.add_to_role_policy(
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                actions=list(DENIED_ON_PROTECTED),
                resources=[
                    arn(function, "redshift", *named)
                    for cluster in clusters
                    for named in (("cluster", cluster), ("snapshot", f"{cluster}/*"))
                ],
                conditions=conditions,
            )
        )

    for number, (key, values) in enumerate(sorted(protected.tags.items()), 1):
        deny(f"ProtectedByTag{number}", ["*"], {"StringLike": {f"aws:ResourceTag/{key}": list(values)}})
    if protected.identifiers:
        deny("ProtectedByName", protected.identifiers)


class ApprovalTask(tasks.LambdaInvoke):
    """Ask a person, or in quarantine nobody (``hold``), and wait for as long as the last answer says."""

    def __init__(
        self, scope: Construct, name: str, state_name: str, function: lambda_.Function, *, hold: bool
    ) -> None:
        super().__init__(
            scope,
            name,
            state_name=state_name,
            query_language=sfn.QueryLanguage.JSONATA,
            lambda_function=function.current_version,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            payload=sfn.TaskInput.from_object(
                checked_payload(
                    ApprovalEvent,
                    {**QUESTION, "hold": hold, "token": "{% $states.context.Task.Token %}"},
                )
            ),
            assign=OF_CLUSTER.none,
            retry_on_service_exceptions=False,
        )
        retry_function(self)

    def to_state_json(self, top_level_query_language: sfn.QueryLanguage | None = None) -> Any:
        """Add the timeout as an expression; CDK takes a number only."""
        state = dict(super().to_state_json(top_level_query_language))
        state["TimeoutSeconds"] = "{% $step.timeout_seconds %}"
        return state


class DeprovisionExecution(ClusterExecution):
    """The states from `start` to the end of the child execution."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        advance: lambda_.Function,
        delete: lambda_.Function,
        remove_copy: lambda_.Function,
        ask: lambda_.Function,
        abandon: lambda_.Function,
    ) -> None:
        super().__init__(scope, name, abandon=abandon)
        self._advance = self._turn("Advance", advance, AdvanceEvent, ERROR, ADVANCED)
        self._again = self.pause_before_retry("Pause before retry", self._advance)
        self._failed = self._too_often()
        self._advance.add_catch(self._failed, errors=["States.ALL"], assign=CAUGHT_IN_ADVANCE)
        self._loops = {
            move: WaitLoop(self, each, condition, then=self._advance, failed=self._failed).start
            for move, (each, condition) in LOOPS.items()
        }
        deleting = self._deleter("Delete the cluster", delete, Wait.UNTIL_DELETED)
        removing = self._deleter("Remove the copy", remove_copy, Wait.UNTIL_COPY_GONE)
        self._advance.next(self._choose(ask, deleting, removing))
        self.start = self.remember().next(self._advance)

    def _turn(
        self,
        name: str,
        function: lambda_.Function,
        event: type,
        payload: Mapping[str, Any],
        assign: Mapping[str, Any],
    ) -> tasks.LambdaInvoke:
        """As `ClusterExecution.step_with_retry`, but errors lead back to Advance, not to Abandon."""
        return invoke(
            self,
            name,
            function,
            event=event,
            payload={**CLUSTER_PAYLOAD, **STEP_PAYLOAD, **payload},
            assign={
                "step": "{% $states.result.Payload %}",
                "attempt": "{% $attempt + 1 %}",
                "since": "{% $states.result.Payload.since %}",
                **assign,
            },
        )

    def _too_often(self) -> sfn.Choice:
        """Errors lead to Advance, which rolls back, unless Advance itself keeps failing."""
        failed = sfn.Choice.jsonata(self, "Failed", state_name="Too many errors?")
        often, waited = if_jsonata(f"{COUNT} > {OF_CLUSTER.most}"), if_jsonata(f"{COUNT} = 0")
        failed.when(often, self.abandon).when(waited, self._advance)
        pause = OF_CLUSTER.pause(self, "AfterAnError", "Pause after error", **LATER)
        return failed.otherwise(pause.next(self._advance))

    def _choose(
        self, ask: lambda_.Function, deleting: sfn.IChainable, removing: sfn.IChainable
    ) -> sfn.Choice:
        choice = sfn.Choice.jsonata(self, "Next", state_name="After Advance")
        choice.when(next_is(StepNext.AGAIN), self._again)
        choice.when(next_is(RequestTask.HOLD), self._ask_people("Hold", "In quarantine", ask, hold=True))
        choice.when(next_is(RequestTask.ASK), self._ask_people("Ask", "Wait for approval", ask))
        choice.when(next_is(RequestTask.REGISTER), self._register(ask))
        for move, loop in self._loops.items():
            choice.when(next_is(move), loop)
        choice.when(next_is(Delegate.DELETE), deleting).when(next_is(Delegate.REMOVE_COPY), removing)
        choice.when(next_is(StepNext.DONE), self.succeed("Cluster done"))
        failed = sfn.Fail.jsonata(
            self,
            "EndedBadly",
            state_name="Operation failed",
            error="{% $step.error %}",
            cause="{% $step.cause %}",
        )
        return choice.otherwise(failed)

    def _ask_people(
        self, name: str, state_name: str, function: lambda_.Function, *, hold: bool = False
    ) -> sfn.IChainable:
        """However it ends, Advance reads the answer from the ledger and does not trust the token's."""
        ask = ApprovalTask(self, name, state_name, function, hold=hold)
        ask.add_catch(self._advance, errors=[REJECTED, CANCELLED, "States.Timeout"], assign=OF_CLUSTER.none)
        ask.add_catch(self._failed, errors=["States.ALL"], assign=CAUGHT)
        return ask.next(self._advance)

    def _register(self, function: lambda_.Function) -> sfn.IChainable:
        payload = {**QUESTION, "token": "", "hold": False}
        register = invoke(
            self, "Register", function, event=ApprovalEvent, payload=payload, assign=OF_CLUSTER.none
        )
        register.add_catch(self._failed, errors=["States.ALL"], assign=CAUGHT)
        return register.next(self._advance)

    def _deleter(self, name: str, function: lambda_.Function, then: Wait) -> sfn.IChainable:
        """One of the functions that delete, and what its answer leads to."""
        part = name.title().replace(" ", "")
        task = self._turn(name, function, DeprovisionEvent, {}, OF_CLUSTER.none)
        task.add_catch(self._failed, errors=["States.ALL"], assign=CAUGHT)
        answered = sfn.Choice.jsonata(self, f"{part}Answered", state_name=f"After {name}")
        task.next(answered.when(next_is(then), self._loops[then]).otherwise(self._again))
        return task
