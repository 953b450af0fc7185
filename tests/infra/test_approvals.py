"""The approvals' function, its URL, and what approvers are allowed: nothing past the URL."""

from __future__ import annotations

from typing import Any

from steward.domain.workflows import DEPROVISION
from tests.support.synthesis import flat, logical_id, machine, resources, template


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resources(kind).items()}


def api_function() -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the function behind the URL."""
    ((name, function),) = (
        (name, each)
        for name, each in of_type("AWS::Lambda::Function").items()
        if each["Handler"] == "steward.handlers.approvals.api.handler"
    )
    return name, function


def test_the_url_demands_iam_and_speaks_to_no_browser() -> None:
    (url,) = of_type("AWS::Lambda::Url").values()
    assert url["AuthType"] == "AWS_IAM"
    assert "Cors" not in url
    assert flat(template()["Outputs"]["ApprovalsUrl"]["Value"]).endswith(".FunctionUrl}")


def test_nobody_is_let_in_by_the_function_itself() -> None:
    invoked = [flat(each["FunctionName"]) for each in of_type("AWS::Lambda::Permission").values()]
    assert f"${{{api_function()[0]}.Arn}}" not in invoked
    assert "ReservedConcurrentExecutions" not in api_function()[1]


def test_approvers_may_call_the_url_and_nothing_past_it() -> None:
    (policy,) = (each for name, each in of_type("AWS::IAM::ManagedPolicy").items() if "Approvers" in name)
    finding, through, both = policy["PolicyDocument"]["Statement"]
    assert finding["Action"] == ["cloudformation:DescribeStacks", "redshift:DescribeClusters"]
    assert [through["Action"], both["Action"]] == ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    assert through["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    assert both["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert flat(through["Resource"]) == flat(both["Resource"]) == f"${{{api_function()[0]}.Arn}}"


def test_the_function_answers_and_starts_deprovision_and_no_other_workflow() -> None:
    role = logical_id(flat(api_function()[1]["Role"]))
    (statement,) = (
        statement
        for policy in of_type("AWS::IAM::Policy").values()
        if role in {logical_id(flat(name)) for name in policy["Roles"]}
        for statement in policy["PolicyDocument"]["Statement"]
        if "states:StartExecution" in statement["Action"]
    )
    name = machine(DEPROVISION.name)["StateMachineName"]
    arn = f"arn:aws:states:eu-central-1:123456789012:stateMachine:{name}"
    assert [flat(each) for each in statement["Resource"]] == [arn, f"{arn}/EachCluster"]
    calls = ["SendTaskFailure", "SendTaskSuccess", "StartExecution"]
    assert statement["Action"] == [f"states:{call}" for call in calls]
    assert flat(api_function()[1]["Environment"]["Variables"]["DEPROVISION_MACHINE"]) == arn
