"""What each right alone can do, tried on the deployed stack by a user of IAM who holds exactly that right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

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


def attempts(invoker: Any, stage: Stage, event: dict[str, Any]) -> dict[str, str]:
    """What each function of the stack answers to the event: the type of its error, or empty."""
    answers = {}
    for logical, name in stage.functions().items():
        if not any(logical.find(each) >= 0 for each in BELIEVES_NO_RUN) or "RequestApproval" in logical:
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
