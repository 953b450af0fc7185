"""Rules as CDK writes them: with inputs, dead-letter queue, roles and permissions, from change to target."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from infra.node import use_packaged_node
from local.clock import Waiter
from local.deploy import deploy_template
from local.redshift import backend_of
from local.redshift.knobs import Knobs
from tests.support.local_aws import ACCOUNT, REGION, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_aws import TestAws

MACHINE = {
    "QueryLanguage": "JSONata",
    "StartAt": "W",
    "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}},
}
ECHO = "import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n"
OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/steward"


def template() -> dict[str, Any]:
    """A machine that drift starts, and a function that hears when one of its executions is cut off."""
    use_packaged_node()
    from aws_cdk import App, CfnOutput, Duration, Environment, Stack  # noqa: PLC0415 - after Node is chosen
    from aws_cdk import aws_events as events  # noqa: PLC0415 - as above
    from aws_cdk import aws_events_targets as targets  # noqa: PLC0415 - as above
    from aws_cdk import aws_lambda as functions  # noqa: PLC0415 - as above
    from aws_cdk import aws_sqs as queues  # noqa: PLC0415 - as above
    from aws_cdk import aws_stepfunctions as machines  # noqa: PLC0415 - as above

    app = App(analytics_reporting=False)
    stack = Stack(app, "Rules", env=Environment(account=ACCOUNT, region=REGION))
    machine = machines.StateMachine(
        stack, "Heal", definition_body=machines.DefinitionBody.from_string(json.dumps(MACHINE))
    )
    code = functions.Code.from_inline(ECHO)
    runtime = functions.Runtime.PYTHON_3_13
    function = functions.Function(stack, "Hear", runtime=runtime, handler="index.handler", code=code)
    dead = queues.Queue(stack, "Dead")
    kept: dict[str, Any] = {
        "dead_letter_queue": dead,
        "retry_attempts": 3,
        "max_event_age": Duration.hours(1),
    }
    field = events.EventField.from_path
    drift = {
        "cluster": field("$.detail.requestParameters.clusterIdentifier"),
        "by": field("$.detail.userIdentity.arn"),
        "at": events.EventField.time,
        "event_id": field("$.detail.eventID"),
        "change": field("$.detail.requestParameters"),
    }
    changed = events.Rule(
        stack,
        "Drift",
        event_pattern=events.EventPattern(
            source=["aws.redshift"],
            detail_type=["AWS API Call via CloudTrail"],
            detail={
                "eventSource": ["redshift.amazonaws.com"],
                "eventName": ["ModifyClusterIamRoles"],
                "errorCode": events.Match.does_not_exist(),
                "$or": [
                    {
                        "userIdentity": {
                            "sessionContext": {"sessionIssuer": {"arn": [{"anything-but": [OWN_ROLE]}]}}
                        }
                    },
                    {"userIdentity": {"sessionContext": {"sessionIssuer": {"arn": [{"exists": False}]}}}},
                ],
            },
        ),
    )
    started = events.RuleTargetInput.from_object({"clusters": [drift["cluster"]], "drift": drift})
    changed.add_target(targets.SfnStateMachine(machine, input=started, **kept))
    cut_off = events.Rule(
        stack,
        "CutOff",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={"stateMachineArn": [machine.state_machine_arn], "status": ["ABORTED", "TIMED_OUT"]},
        ),
    )
    heard = events.RuleTargetInput.from_object({"run": field("$.detail.executionArn")})
    cut_off.add_target(targets.LambdaFunction(function, event=heard, **kept))
    CfnOutput(stack, "Machine", value=machine.state_machine_arn)
    CfnOutput(stack, "Function", value=function.function_name)
    return dict(app.synth().get_stack_by_name("Rules").template)


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[TestAws, dict[str, str]]]:
    with local_aws() as aws:
        yield aws, deploy_template(aws, template(), stack_name="rules")


def test_a_change_of_roles_starts_the_machine_and_its_abortion_is_heard(
    deployed: tuple[TestAws, dict[str, str]],
) -> None:
    aws, outputs = deployed
    backend_of(aws.world).knobs_of_new = Knobs(role_check="none")
    redshift, steps = aws.client("redshift"), aws.client("stepfunctions")
    given = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    redshift.create_cluster(ClusterIdentifier="dwh", **given)
    aws.clock.advance(900)
    change = {"ClusterIdentifier": "dwh", "AddIamRoles": [f"arn:aws:iam::{ACCOUNT}:role/a"]}
    with aws.clock.busy():
        called_at = aws.clock.now()
        redshift.modify_cluster_iam_roles(**change)
        Waiter(aws.clock).wait(called_at + timedelta(seconds=40))
        (execution,) = steps.list_executions(stateMachineArn=outputs["Machine"])["executions"]
        steps.stop_execution(executionArn=execution["executionArn"])

    told = json.loads(steps.describe_execution(executionArn=execution["executionArn"])["input"])
    assert told["clusters"] == ["dwh"]
    assert told["drift"]["by"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert told["drift"]["at"] == called_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["drift"]["change"]["addIamRoles"] == change["AddIamRoles"]

    aws.clock.advance(5)
    group = f"/aws/lambda/{outputs['Function']}"
    lines = [event["message"] for event in aws.client("logs").filter_log_events(logGroupName=group)["events"]]
    heard = [json.loads(line.partition("GOT ")[2]) for line in lines if line.startswith("GOT ")]
    assert heard == [{"run": execution["executionArn"]}]


def test_the_functions_policy_names_the_rule(deployed: tuple[TestAws, dict[str, str]]) -> None:
    aws, outputs = deployed
    policy = json.loads(aws.client("lambda").get_policy(FunctionName=outputs["Function"])["Policy"])

    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "lambda:InvokeFunction"
    (source,) = statement["Condition"]["ArnLike"].values()
    rules = aws.client("events").list_rules()["Rules"]
    assert source in {rule["Arn"] for rule in rules if "CutOff" in rule["Name"]}
