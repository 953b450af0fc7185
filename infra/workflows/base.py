"""The state machine that every workflow has: a bound on its input, Remember, Plan, the waves, Report.

Workflows differ in their Plan function and in the states of one cluster's child execution.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.nag import acknowledge_wildcards
from infra.shared_resources import DeployedWorkflow, SharedResources
from infra.workflows.outages import OF_RUN, SINCE, WITHIN_BUDGET
from infra.workflows.retries import retry_function, retry_plan, retry_report
from steward.domain.authority import CHILDREN
from steward.domain.errors import BadInput
from steward.domain.messages import PlanEvent, ReportEvent, keys_of
from steward.domain.report import DONE, PLANNED
from steward.domain.run_input import LONGEST_INPUT, TOO_LONG
from steward.domain.workflows import Workflow

NOW = "{% $states.context.State.EnteredTime %}"
"""The moment at which a state is entered. A call that is repeated within the state has the same one, which
`steward.domain.freshness` takes into account."""


@dataclass(frozen=True)
class WorkflowSpec:
    """What differs from workflow to workflow.

    Attributes:
        workflow: The descriptor; the state machine's name ends with its name.
        settings: The policy's section as normalized JSON. The definition shows it as its comment, for people
            and the command line; functions read the one in their own package.
        plan: The function of the step Plan.
        each: The first state of a child execution.
        functions: Those that child executions call, besides Abandon.
    """

    workflow: Workflow
    settings: Mapping[str, Any]
    plan: lambda_.Function
    each: sfn.IChainable
    functions: tuple[lambda_.Function, ...]


class WorkflowStateMachine(Construct):
    """Remember, Plan, the waves of child executions, Report; its log, tracing and longest run."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, spec: WorkflowSpec) -> None:
        super().__init__(scope, name)
        self._shared, self._spec = shared, spec
        report = self._report()
        waves = self._waves(report)
        log = logs.LogGroup(
            self,
            "Log",
            # all others count against one resource policy, whose length is limited
            log_group_name=f"/aws/vendedlogs/states/{shared.machine_name(spec.workflow.name)}",
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=RemovalPolicy.DESTROY,
        )
        remember = self._remember()
        plan = self._plan()
        self._wait_out("Plan", plan, report)
        remember.next(plan).next(waves)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=shared.machine_name(spec.workflow.name),
            comment=json.dumps(spec.settings),
            definition_body=sfn.DefinitionBody.from_chainable(self._with_bounded_input(remember)),
            query_language=sfn.QueryLanguage.JSONATA,
            timeout=Duration.seconds(spec.workflow.longest_run.total_seconds()),
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        shared.deployed[spec.workflow.name] = DeployedWorkflow(self.machine, spec.settings)
        self._allow_every_release()

    def _with_bounded_input(self, remember: sfn.Pass) -> sfn.Choice:
        too_long = sfn.Fail.jsonata(
            self, "InputTooLong", state_name="Input too long", error=BadInput.__name__, cause=TOO_LONG
        )
        return (
            sfn.Choice.jsonata(self, "InputLength", state_name="Input short enough?")
            .when(
                sfn.Condition.jsonata(f"{{% $length($string($states.input)) <= {LONGEST_INPUT} %}}"), remember
            )
            .otherwise(too_long)
        )

    def _remember(self) -> sfn.Pass:
        """Later states read variables only. The input is validated by Plan, which can say what is wrong."""
        return sfn.Pass.jsonata(
            self,
            "Remember",
            state_name="Remember",
            assign={
                "input": "{% $states.input %}",
                "deadline_seconds": self._spec.settings["deadline_seconds"],
                "run": {
                    "arn": "{% $states.context.Execution.Id %}",
                    "name": "{% $states.context.Execution.Name %}",
                    "started_at": "{% $states.context.Execution.StartTime %}",
                    "workflow": self._spec.workflow.name,
                },
                "planned": False,
                "wave": 0,
                **OF_RUN.none,
            },
        )

    def _wait_out(self, name: str, state: tasks.LambdaInvoke | sfn.DistributedMap, report: sfn.State) -> None:
        """Have an outage waited out; after one that lasts, and after all else, Report says how it ended."""
        again = OF_RUN.enter_again(self, state, name, lost=report, within=WITHIN_BUDGET)
        state.add_catch(again, errors=["States.ALL"], assign=OF_RUN.caught(since=SINCE))

    def _plan(self) -> tasks.LambdaInvoke:
        plan = invoke(
            self,
            "Plan",
            self._spec.plan,
            event=PlanEvent,
            payload={"input": "{% $input %}", "run": "{% $run %}", "now": NOW},
            assign={
                "planned": True,
                "dry_run": "{% $states.result.Payload.dry_run %}",
                "overrides": "{% $states.result.Payload.overrides %}",
                "waves": "{% [$states.result.Payload.waves] %}",
                **OF_RUN.none,
            },
        )
        retry_plan(plan)
        return plan

    def _waves(self, report: sfn.State) -> sfn.Choice:
        """One wave after the other; a wave that fails beyond what is tolerated ends the run."""
        each = WaveMap(self, "EachCluster", self._shared.storage.runs)
        each.item_processor(self._spec.each)
        self._wait_out("Each cluster", each, report)
        another = sfn.Choice.jsonata(self, "AnotherWave", state_name="More waves?")
        each.next(another)
        return another.when(
            sfn.Condition.jsonata("{% $not($dry_run) and $wave < $count($waves) %}"), each
        ).otherwise(report)

    def _report(self) -> tasks.LambdaInvoke:
        report = invoke(
            self,
            "Report",
            self._shared.report,
            event=ReportEvent,
            payload={
                "input": "{% $input %}",
                "run": "{% $run %}",
                "planned": "{% $planned %}",
                "error": "{% $error %}",
                "now": NOW,
            },
            outputs="{% $states.result.Payload %}",
            retry=retry_report,
        )
        failed = sfn.Fail.jsonata(
            self,
            "Failed",
            state_name="Failed",
            error="{% $states.input.error %}",
            cause="{% $states.input.cause & ' Report: ' & $states.input.report %}",
        )
        succeeded = sfn.Condition.jsonata(f"{{% $states.input.status in ['{DONE}', '{PLANNED}'] %}}")
        ended = sfn.Choice.jsonata(self, "Ended", state_name="Run succeeded?")
        report.next(
            ended.when(succeeded, sfn.Succeed.jsonata(self, "Done", state_name="Done")).otherwise(failed)
        )
        return report

    def _allow_every_release(self) -> None:
        """Let the machine call every published version of its functions, none of them unpublished."""
        stack, machine = Stack.of(self), self.machine
        own = Fn.select(6, Fn.split(":", machine.state_machine_arn))
        executions = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{own}"
        items = f"arn:{Aws.PARTITION}:s3:::{self._shared.storage.runs.bucket_name}/*"
        acknowledge_wildcards(
            machine,
            ("*", f"{executions}:*", f"{executions}/EachCluster:*", items),
            "DescribeClusters, log delivery and X-Ray have no resource types; runs are not known at synth.",
        )
        of_all = (self._spec.plan, self._shared.report, self._shared.abandon)
        functions = (*of_all, *self._spec.functions)
        versions = [f"{function.function_arn}:*" for function in functions]
        machine.add_to_role_policy(
            iam.PolicyStatement(sid="EveryRelease", actions=["lambda:InvokeFunction"], resources=versions)
        )
        acknowledge_wildcards(machine, versions, "Runs of earlier releases call their own versions.")
        current = (f"{function.current_version.function_arn}:*" for function in functions)
        acknowledge_wildcards(machine, current, "CDK grants an ARN with a qualifier as if it had none.")


class WaveMap(sfn.DistributedMap):
    """EachCluster: one Standard child execution for each item of the wave ``$waves[$wave]``."""

    def __init__(self, scope: Construct, name: str, runs: s3.IBucket) -> None:
        super().__init__(
            scope,
            name,
            state_name="Each cluster",
            query_language=sfn.QueryLanguage.JSONATA,
            map_execution_type=sfn.StateMachineType.STANDARD,
            label=CHILDREN,
            item_reader=sfn.S3JsonItemReader(bucket=runs, key="{% $waves[$wave].key %}"),
            item_selector={
                "item": "{% $states.context.Map.Item.Value %}",
                "deadline_seconds": "{% $deadline_seconds %}",
                "run": "{% $run %}",
                "overrides": "{% $overrides %}",
            },
            assign={"wave": "{% $wave + 1 %}", **OF_RUN.none},
            outputs={},
        )

    def to_state_json(self, top_level_query_language: sfn.QueryLanguage | None = None) -> Any:
        """The wave's own limits, which CDK takes as numbers only."""
        state = dict(super().to_state_json(top_level_query_language))
        state["MaxConcurrency"] = "{% $waves[$wave].max_concurrent %}"
        state["ToleratedFailurePercentage"] = "{% $waves[$wave].tolerated_failures_percent %}"
        return state


def checked_payload(event: type, payload: Mapping[str, Any]) -> dict[str, Any]:
    """``payload`` if its keys are those of the event's type.

    Raises:
        TypeError: It has not; the message names the keys.
    """
    missing, unknown = keys_of(event) - set(payload), set(payload) - keys_of(event)
    if missing or unknown:
        raise TypeError(f"{event.__name__}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    return dict(payload)


def invoke(  # noqa: PLR0913 - the task's own fields, by name
    scope: Construct,
    name: str,
    function: lambda_.Function,
    *,
    event: type,
    payload: Mapping[str, Any],
    assign: Mapping[str, Any] | None = None,
    outputs: Any = None,
    retry: Callable[[sfn.TaskStateBase], None] = retry_function,
) -> tasks.LambdaInvoke:
    """A task that calls a function with the event ``payload``, retried on faults that are not the step's.

    The definition names the published version, so that a release does not change a run under way.

    Raises:
        TypeError: ``payload`` does not have the keys of its type in `steward.domain.messages`.
    """
    task = tasks.LambdaInvoke.jsonata(
        scope,
        name,
        state_name=name,
        lambda_function=function.current_version,
        payload=sfn.TaskInput.from_object(checked_payload(event, payload)),
        assign=assign,
        outputs=outputs,
        retry_on_service_exceptions=False,
    )
    retry(task)
    return task
