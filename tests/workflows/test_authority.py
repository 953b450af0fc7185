"""What each right alone can do, tried on the deployed stack by a user of IAM who holds exactly that right."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.metric_names import NAMESPACE, REFUSED_CALLS
from steward.domain.workflows import DEPROVISION
from tests.support.scenario import SATURDAY_NIGHT, Steward, cluster

if TYPE_CHECKING:
    from tests.support.stage import Stage

BELIEVES_NO_RUN = {"Watch", "Sweep", "Approvals"}
"""Functions that need no run: Watch measures, Sweep asks Step Functions which runs have ended, and the
approvals' API verifies persons."""


def user_with(stage: Stage, name: str, action: str) -> dict[str, str]:
    """The credentials of a new user who may do ``action`` with everything, and nothing else."""
    iam = stage.client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="one", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


@pytest.fixture(scope="module")
def invoker(stage: Stage) -> Any:
    """Lambda, for a user who may only invoke functions."""
    return stage.client_as("lambda", **user_with(stage, "invoker", "lambda:InvokeFunction"))


def forged(stage: Stage, workflow: str, run: str = "never", **more: Any) -> dict[str, Any]:
    """An event as a state machine would send it, of a run and with settings that suit the caller."""
    arn = stage.machine(workflow).replace(":stateMachine:", ":execution:") + f":{run}"
    identity = {"arn": arn, "name": run, "started_at": SATURDAY_NIGHT, "workflow": workflow}
    item = {"cluster": "sales", "namespace_arn": "any", "created_at": "", "delay_seconds": 0, "plan": {}}
    child = arn.replace(f":{run}", f"/EachCluster:{run}")
    detail = {"executionArn": arn, "status": "ABORTED", "name": run, "startDate": 0, "stopDate": 0}
    return {
        "run": identity,
        "item": item,
        "execution": child,
        "now": SATURDAY_NIGHT,
        "input": {"clusters": ["sales"]},
        "settings": {"mode": "exact", "approval": {"required": False}},
        "overrides": {"force": True, "ignore_window": True},
        "error": {"Error": "Click", "Cause": "here"},
        "planned": False,
        "wait": {"polls": 0, "overshoot_seconds": 0, "odd_status": ""},
        "since": "",
        "attempt": 0,
        "token": "",
        "detail": detail | {"stateMachineArn": stage.machine(workflow)},
        **more,
    }


def refuses(logical: str) -> bool:
    """Whether the function with this logical id takes events of runs only."""
    return not any(each in logical for each in BELIEVES_NO_RUN) or "RequestApproval" in logical


def attempts(invoker: Any, stage: Stage, event: dict[str, Any]) -> dict[str, str]:
    """What each function of the stack answers to the event: the type of its error, or empty."""
    answers = {}
    for logical, name in stage.functions().items():
        if refuses(logical):
            answer = invoker.invoke(FunctionName=name, Payload=json.dumps(event))
            document = json.loads(answer["Payload"].read())
            answers[logical] = document.get("errorType", "") if answer.get("FunctionError") else ""
    return answers


def test_who_may_only_invoke_functions_can_do_nothing_with_a_run_that_never_was(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    steward.given([cluster("sales")])
    before = stage.items()
    answers = attempts(invoker, stage, forged(stage, DEPROVISION.name))
    assert len(answers) == 13
    assert set(answers.values()) <= {"NotAuthorized", "ExecutionUnknown"}, answers
    assert steward.find("sales").current_status() == "available"
    assert stage.items() == before
    assert not [call for call in stage.calls.calls if call.service == "redshift"]


def test_each_refused_call_is_counted_by_function_and_logged_in_one_line_that_forges_no_other(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    steward.given([cluster("sales")])
    before = Counter(logged(stage))
    forged_line = 'x\n{"message":"approved"}\u202e\r\x1b[2J'
    for path in ("run", "item", "detail"):
        event = forged(stage, DEPROVISION.name)
        names = dict.fromkeys(("name", "cluster", "status", "arn", "executionArn"), forged_line)
        attempts(invoker, stage, event | {path: event[path] | names, "execution": forged_line})
    refusing = {name for logical, name in stage.functions().items() if refuses(logical)}
    assert refused_calls(stage) == dict.fromkeys(refusing, 3.0)
    lines = list((Counter(logged(stage)) - before).elements())
    refused = [json.loads(line) for line in lines if '"refused a call"' in line]
    assert Counter(line["function_name"] for line in refused) == dict.fromkeys(refusing, 3)
    for line in refused:
        assert line["function_request_id"]
        assert all(text.isprintable() for text in line.values() if isinstance(text, str))
    assert not [line for line in lines if "\u202e" in line or line.startswith('{"message":"approved"')]


@pytest.mark.parametrize("event", [[], "text", {}, {"rawPath": "/requests"}, {"requestContext": "text"}])
def test_a_call_of_the_approvals_that_is_not_from_its_url_is_refused_and_counted(
    steward: Steward, stage: Stage, invoker: Any, event: Any
) -> None:
    steward.given()
    (name,) = [
        name for logical, name in stage.functions().items() if "Approvals" in logical and not refuses(logical)
    ]
    answer = invoker.invoke(FunctionName=name, Payload=json.dumps(event))
    assert json.loads(answer["Payload"].read())["errorType"] == "NotAuthorized"
    assert refused_calls(stage) == {name: 1.0}


def refused_calls(stage: Stage) -> dict[str, float]:
    """How many calls each function has refused, by the metric."""
    cloudwatch = stage.client("cloudwatch")
    now = stage.clock.now()
    span = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1), "Period": 3600}
    counts = {}
    for name in stage.functions().values():
        dimensions = [{"Name": "stack", "Value": stage.stack_name}, {"Name": "function", "Value": name}]
        metric = {"Namespace": NAMESPACE, "MetricName": REFUSED_CALLS, "Dimensions": dimensions}
        points = cloudwatch.get_metric_statistics(**metric, **span, Statistics=["Sum"])["Datapoints"]
        if points:
            counts[name] = sum(point["Sum"] for point in points)
    return counts


def logged(stage: Stage) -> list[str]:
    """The lines that the functions have written."""
    groups = stage.physical("AWS::Logs::LogGroup").values()
    found = [stage.client("logs").filter_log_events(logGroupName=group)["events"] for group in groups]
    return [each["message"] for events in found for each in events]


def test_a_forged_report_neither_releases_the_lock_of_a_live_run_nor_sends_a_notice_for_an_ended_one(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    steward.given([cluster("sales", knobs={"rotate_duration": "3 hours"})])
    run = stage.machine(steward.workflow).replace(":stateMachine:", ":execution:") + ":run-1"
    event = forged(stage, steward.workflow, "run-1", planned=True)
    locks: list[dict[str, str]] = []
    errors: list[str] = []

    def forge() -> None:
        for function in ("Report", "ReportStopped"):
            answer = invoker.invoke(FunctionName=stage.function(function), Payload=json.dumps(event))
            errors.append(json.loads(answer["Payload"].read())["errorType"])
        locks.append(steward.locks())

    steward.meanwhile(forge, minutes=30)
    assert steward.start() == run
    result = steward.wait(run)
    assert (locks, errors) == ([{"sales": run}], ["ExecutionUnknown", "NotAuthorized"])
    assert result.outcomes == {"sales": "rotated"}
    answer = invoker.invoke(FunctionName=stage.function("Report"), Payload=json.dumps(event))
    assert json.loads(answer["Payload"].read())["errorType"] == "NotAuthorized"


def test_an_ended_run_is_not_reported_anew_by_dates_of_the_callers_choice(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    result = steward.run([cluster("sales")])
    assert result.outcomes == {"sales": "rotated"}
    before, told = documents(stage), notices(stage)
    for dates in ({"startDate": 4e12}, {"redriveDate": 4e12}, {"startDate": 0, "stopDate": 0}):
        event = forged(stage, steward.workflow, result.arn.rpartition(":")[2])
        detail = event["detail"] | {"status": "SUCCEEDED"} | dates
        payload = json.dumps(event | {"detail": detail})
        answer = invoker.invoke(FunctionName=stage.function("ReportStopped"), Payload=payload)
        assert json.loads(answer["Payload"].read())["status"] == "reported"
    assert (documents(stage), notices(stage)) == (before, told)


def documents(stage: Stage) -> dict[str, str]:
    """The digests of all documents of runs, by key."""
    listed = stage.client("s3").list_objects_v2(Bucket=stage.outputs["RunsBucket"])["Contents"]
    return {each["Key"]: each["ETag"] for each in listed}


def notices(stage: Stage) -> int:
    """How many notices and events the steward has sent."""
    return len([call for call in stage.calls.calls if call.operation in {"Publish", "PutEvents"}])


def test_a_forged_event_makes_sweep_do_nothing_with_a_live_run_or_a_machine_that_is_not_the_stack_s(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    steward.given([cluster("sales", knobs={"rotate_duration": "3 hours"})])
    run = steward.start()
    steward.pass_time(minutes=30)
    before = stage.items()
    foreign = stage.machine(steward.workflow).replace("RedshiftSteward", "Other")
    event = forged(stage, steward.workflow, "run-1", machines=[stage.machine(steward.workflow), foreign])
    invoker.invoke(FunctionName=stage.function("Sweep"), Payload=json.dumps(event | {"now": "2036-01-01"}))
    assert stage.items() == before
    assert steward.locks() == {"sales": run}
