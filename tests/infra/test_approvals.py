"""The approvals' function, its URL, and what approvers are allowed: nothing past the URL."""

from __future__ import annotations

from functools import cache
from typing import Any

from infra.policy import load  # isort: skip  # infra chooses Node before aws_cdk starts it
from aws_cdk import App, Stack, Validations
from aws_cdk.aws_lambda import Code
from cdk_nag import AwsSolutionsChecks

from infra.approvals import Approvals
from infra.core import Core
from tests.support.synthesis import REPOSITORY, context, flat


@cache
def template() -> dict[str, Any]:
    """A stack with nothing but what the approvals need; cdk-nag finds nothing in it."""
    environment = load(REPOSITORY / "fleet.yaml").environments[0]
    app = App(context=context())
    stack = Stack(app, "Steward", env={"account": environment.account, "region": environment.region})
    code = Code.from_asset(str(REPOSITORY / "functions" / "steward" / "handlers"))
    Approvals(stack, "Approvals", Core(stack, "Core", code=code))
    Validations.of(stack).add_plugins(AwsSolutionsChecks(stack, verbose=True))
    return dict(app.synth().get_stack_by_name(stack.stack_name).template)


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: r["Properties"] for name, r in template()["Resources"].items() if r["Type"] == kind}


def desk() -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the function behind the URL."""
    ((name, function),) = (
        (name, each)
        for name, each in of_type("AWS::Lambda::Function").items()
        if each["Handler"] == "steward.handlers.approvals.handler"
    )
    return name, function


def test_the_url_demands_iam_and_speaks_to_no_browser() -> None:
    (url,) = of_type("AWS::Lambda::Url").values()
    assert url["AuthType"] == "AWS_IAM"
    assert "Cors" not in url
    assert flat(template()["Outputs"]["ApprovalsUrl"]["Value"]).endswith(".FunctionUrl}")


def test_nobody_is_let_in_by_the_function_itself() -> None:
    invoked = [flat(each["FunctionName"]) for each in of_type("AWS::Lambda::Permission").values()]
    assert f"${{{desk()[0]}.Arn}}" not in invoked
    assert "ReservedConcurrentExecutions" not in desk()[1]


def test_approvers_may_call_the_url_and_nothing_past_it() -> None:
    (policy,) = of_type("AWS::IAM::ManagedPolicy").values()
    through, both = policy["PolicyDocument"]["Statement"]
    assert [through["Action"], both["Action"]] == ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    assert through["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    assert both["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert flat(through["Resource"]) == flat(both["Resource"]) == f"${{{desk()[0]}.Arn}}"


def test_the_function_answers_and_starts_deprovision_and_no_other_workflow() -> None:
    allowed = [
        statement
        for policy in of_type("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "states:StartExecution" in statement["Action"]
    ]
    (statement,) = allowed
    machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:Steward-deprovision"
    assert [flat(arn) for arn in statement["Resource"]] == [machine, f"{machine}/EachCluster"]
    calls = ["SendTaskFailure", "SendTaskSuccess", "StartExecution"]
    assert statement["Action"] == [f"states:{call}" for call in calls]
    assert flat(desk()[1]["Environment"]["Variables"]["DEPROVISION_MACHINE"]) == machine
