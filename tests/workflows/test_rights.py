"""The rows of docs/threat-model.md: the worst that a user of IAM with exactly one right can do."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from policy import load
from policy.guardrails import service_control_policy
from steward.domain.moments import format_moment
from steward.domain.recovery import recovery_of
from steward.domain.run import Run
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.support.rights import is_denied, statement, user_with
from tests.support.scenario import SATURDAY_NIGHT, Steward, cluster
from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from tests.support.stage import Stage

CLUSTER = "arn:aws:redshift:eu-central-1:123456789012:cluster:"
BY_NAME = {"rules": [{"name": "partners", "select": {"identifiers": ["feed-*"]}, "roles": ["partner"]}]}


def tag(key: str, value: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value}]


@pytest.fixture(scope="module")
def tagger(stage: Stage) -> Any:
    return stage.client_as("redshift", **user_with(stage, "tagger", statement("redshift:CreateTags")))


@pytest.fixture(scope="module")
def starter(stage: Stage) -> Any:
    return stage.client_as("stepfunctions", **user_with(stage, "starter", statement("states:StartExecution")))


def test_who_may_only_tag_hands_out_no_role_where_rules_name_identifiers(
    steward: Steward, tagger: Any
) -> None:
    roles = [{"name": "partner"}]
    steward.given(
        [cluster("sales", roles=[]), cluster("feed-1", roles=[])],
        workflow=SYNC_ROLES.name,
        policy=BY_NAME,
        iam_roles=roles,
    )
    tagger.create_tags(ResourceName=CLUSTER + "sales", Tags=tag("steward:roles", "partners"))
    result = steward.run_again()
    assert "sales" not in result.outcomes
    assert result.to_redshift("ModifyClusterIamRoles", cluster="sales") == []


def test_who_may_only_tag_nominates_and_a_person_decides(steward: Steward, stage: Stage, tagger: Any) -> None:
    approval = {"approval": {"required": True, "expires_after": "1 hour"}}
    steward.given([cluster("sales")], workflow=DEPROVISION.name, policy=approval)
    for key, value in (("steward:delete-after", "2020-01-01"), ("steward:deletion-approved", "sha256:1")):
        tagger.create_tags(ResourceName=CLUSTER + "sales", Tags=tag(key, value))
    run = steward.start()
    waits_for_a_person(steward, stage, run)


def test_who_may_only_start_runs_brings_no_settings(steward: Steward, stage: Stage, starter: Any) -> None:
    steward.given([cluster("sales")])
    forged = {"clusters": ["sales"], "settings": {"mode": "exact"}}
    arn = starter.start_execution(stateMachineArn=stage.machine(ROTATE_KEYS.name), input=json.dumps(forged))
    result = steward.wait(arn["executionArn"])
    assert result.status == "FAILED"
    assert result.changes() == []
    assert steward.locks() == {}


def test_who_may_only_start_runs_deletes_nothing_that_nobody_approves(
    steward: Steward, stage: Stage, starter: Any
) -> None:
    approval = {"approval": {"required": True, "expires_after": "1 hour"}}
    steward.given([cluster("sales")], workflow=DEPROVISION.name, policy=approval)
    machine = stage.machine(DEPROVISION.name)
    arn = starter.start_execution(stateMachineArn=machine, input='{"clusters": ["sales"]}')["executionArn"]
    waits_for_a_person(steward, stage, arn)


def waits_for_a_person(steward: Steward, stage: Stage, run: str) -> None:
    """The request is there, and nothing has happened to the cluster; the run is stopped again."""
    steward.pass_time(minutes=20)
    requests = [json.loads(str(item["request"])) for item in stage.items() if item["pk"] == "REQUESTS"]
    assert [each["status"] for each in requests] == ["waiting"]
    assert [call for call in stage.calls.calls if call.operation == "DeleteCluster"] == []
    assert steward.find("sales").current_status() == "available"
    steward.stop(run)


def test_who_may_only_stop_runs_leaves_neither_lock_nor_half_a_change(steward: Steward, stage: Stage) -> None:
    right = user_with(stage, "stopper", statement("states:StopExecution"))
    states = stage.client_as("stepfunctions", **right)
    steward.given([cluster("sales", knobs={"rotate_duration": "3 hours"})])
    run = stage.machine(ROTATE_KEYS.name).replace(":stateMachine:", ":execution:") + ":run-1"
    steward.meanwhile(partial(states.stop_execution, executionArn=run), minutes=30)
    steward.start()
    assert steward.wait(run).status == "ABORTED"
    steward.pass_time(hours=12)
    assert steward.locks() == {}
    assert steward.find("sales").current_status() == "available"


@pytest.mark.parametrize("forged", ["continue", "clusters"])
def test_who_may_start_runs_cannot_take_the_place_of_a_recovery(
    steward: Steward, stage: Stage, starter: Any, forged: str
) -> None:
    steward.given([cluster("sales", knobs={"rotate_duration": "3 hours"})])
    machine = stage.machine(ROTATE_KEYS.name)
    run = Run(f"{machine.replace(':stateMachine:', ':execution:')}:run-1", "run-1", "", ROTATE_KEYS.name)

    def take_the_name() -> None:
        name, taken = recovery_of(run, "").name, json.dumps({forged: run.arn})
        starter.start_execution(stateMachineArn=machine, name=name, input=taken)

    steward.meanwhile(take_the_name, minutes=20)
    steward.meanwhile(partial(steward.stop, run.arn), minutes=40)
    assert steward.start() == run.arn
    assert steward.wait(run.arn).status == "ABORTED"
    steward.pass_time(hours=12)
    assert steward.locks() == {}
    assert "steward:keys-rotated-at" in {tag["Key"] for tag in steward.find("sales").tags}


@pytest.fixture(scope="module")
def invoker(stage: Stage) -> Any:
    return stage.client_as("lambda", **user_with(stage, "reuser", statement("lambda:InvokeFunction")))


def test_who_may_invoke_with_the_arn_of_a_live_child_can_make_none_of_its_calls(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    steward.given([cluster("sales", knobs={"rotate_duration": "3 hours"}), cluster("hr", created="1 day")])
    answers: dict[str, set[str]] = {}

    def forge() -> None:
        for name in ("hr", "sales"):
            event = forged_event(live_children()[0], name, format_moment(steward.now))
            for function, answer in errors(stage, invoker, event).items():
                answers.setdefault(function, set()).add(answer)

    steward.meanwhile(forge, minutes=30)
    steward.start({"clusters": ["sales"]}, name="run-1")
    run = stage.machine(ROTATE_KEYS.name).replace(":stateMachine:", ":execution:") + ":run-1"
    result = steward.wait(run)
    own = {name for name, each in answers.items() if each == {"ExecutionUnknown"}}
    # the functions of other workflows refuse the child at once
    assert own == {"StartRotation", "FinishRotation", "Abandon"}
    assert all(answers[name] == {"NotAuthorized"} for name in answers.keys() - own)
    assert result.outcomes == {"sales": "rotated"}
    assert result.line("sales")["seconds"] > 2.9 * 3600
    assert [c for c in result.to_redshift(cluster="hr") if not c.operation.startswith("Describe")] == []
    assert len(result.to_redshift("RotateEncryptionKey")) == 1


def test_who_may_invoke_can_neither_end_nor_take_over_a_child_that_waits_for_its_approval(
    steward: Steward, stage: Stage, invoker: Any
) -> None:
    approval = {"approval": {"required": True, "expires_after": "1 hour"}}
    steward.given([cluster("sales")], workflow=DEPROVISION.name, policy=approval)
    run = steward.start({"clusters": ["sales"]})
    steward.pass_time(minutes=20)
    before = stage.items()
    (child,) = live_children()
    event = forged_event(child, "sales", format_moment(steward.now))
    answers = errors(stage, invoker, {**event, "token": "mine", "hold": False, "blockers_waived": []})
    assert {answers[name] for name in ("Abandon", "AdvanceDeprovision", "DeleteCluster")} == {
        "ExecutionUnknown"
    }
    # even word for word: the call has been made
    history = stage.client("stepfunctions").get_execution_history(executionArn=child, reverseOrder=True)
    newest = next(each for each in history["events"] if each["type"] == "TaskScheduled")
    made = json.loads(newest["taskScheduledEventDetails"]["parameters"])
    for again in (made["Payload"], {**made["Payload"], "token": "mine"}):
        answer = invoker.invoke(FunctionName=made["FunctionName"], Payload=json.dumps(again))
        assert json.loads(answer["Payload"].read())["errorType"] == "ExecutionUnknown"
    assert stage.items() == before
    steward.stop(run)


def forged_event(child: str, name: str, now: str) -> dict[str, Any]:
    """An event that any function of a child execution could read."""
    item = {"cluster": name, "namespace_arn": "any", "created_at": "", "delay_seconds": 0, "plan": {}}
    return {
        "execution": child,
        "item": item,
        "run": {"arn": child, "name": "x", "started_at": SATURDAY_NIGHT, "workflow": "rotate-keys"},
        "overrides": {"force": True, "ignore_window": True},
        "error": {"Error": "Click", "Cause": "here"},
        "now": now,
        "attempt": 0,
        "since": "",
        "wait": {"polls": 0, "overshoot_seconds": 0, "odd_status": ""},
    }


def errors(stage: Stage, invoker: Any, event: dict[str, Any]) -> dict[str, str]:
    """The type of the error that each function of child executions answers, empty if none."""
    answers = {}
    for function in (
        "StartRotation",
        "FinishRotation",
        "ConvergeRoles",
        "AdvanceDeprovision",
        "DeleteCluster",
        "RemoveCopy",
        "RequestApproval",
        "Abandon",
    ):
        answer = invoker.invoke(FunctionName=stage.function(function), Payload=json.dumps(event))
        answers[function] = str(json.loads(answer["Payload"].read()).get("errorType", ""))
    return answers


def live_children() -> list[str]:
    """The ARNs of the child executions that are under way."""
    from local import stepfunctions  # noqa: PLC0415 - the engine knows what the API lists by Map Run only

    executions = stepfunctions.current().executions.values()
    return [each.arn for each in executions if "/EachCluster:" in each.arn and each.status == "RUNNING"]


def test_the_service_control_policy_leaves_tags_and_functions_to_the_steward(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales")])
    taggers = ["arn:aws:iam::*:user/platform"]
    denials = service_control_policy(load(REPOSITORY / "fleet.yaml"), taggers)["Statement"]
    everything = statement("redshift:*", "lambda:*")
    name = stage.function("AbandonFunction")

    def may(user: str) -> dict[str, bool]:
        rights = user_with(stage, user, everything, *denials)
        redshift, functions = stage.client_as("redshift", **rights), stage.client_as("lambda", **rights)
        write = partial(redshift.create_tags, ResourceName=CLUSTER + "sales")
        return {
            "roles": not is_denied(write, Tags=tag("steward:roles", "lake")),
            "approved": not is_denied(write, Tags=tag("steward:deletion-approved", "sha256:1")),
            "other": not is_denied(write, Tags=tag("owner", "bi")),
            "invoke": not is_denied(functions.invoke, FunctionName=name, Payload="{}"),
        }

    assert may("anybody") == {"roles": False, "approved": False, "other": True, "invoke": False}
    assert may("platform") == {"roles": True, "approved": False, "other": True, "invoke": False}


def test_operators_may_neither_tag_nor_call_functions_nor_write_the_evidence(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales")])
    rights = user_with(stage, "operator", policy=stage.outputs["OperatorPolicy"])

    def client(service: str) -> Any:
        return stage.client_as(service, **rights)

    record = {"pk": {"S": "CLUSTER#sales"}, "sk": {"S": "LOCK"}}
    url = next(each for each in stage.functions() if "Approvals" in each and "RequestApproval" not in each)
    names = [stage.functions()[url], *map(stage.function, ("DeleteCluster", "Abandon", "RequestApproval"))]
    assert [name for name in names if not is_denied(client("lambda").invoke, FunctionName=name)] == []
    redshift, (topic, *_) = client("redshift"), stage.physical("AWS::SNS::Topic").values()
    denied = [
        partial(redshift.create_tags, ResourceName=f"{CLUSTER}sales", Tags=tag("steward:delete-after", "x")),
        partial(redshift.delete_tags, ResourceName=f"{CLUSTER}sales", TagKeys=["steward:protected"]),
        partial(redshift.delete_cluster, ClusterIdentifier="sales", SkipFinalClusterSnapshot=True),
        partial(redshift.modify_cluster_iam_roles, ClusterIdentifier="sales", AddIamRoles=["r"]),
        partial(client("dynamodb").put_item, TableName=stage.outputs["LedgerTable"], Item=record),
        partial(client("s3").put_object, Bucket=stage.outputs["RunsBucket"], Key="runs/x", Body=b"{}"),
        partial(client("sns").publish, TopicArn=topic, Message="approve"),
    ]
    assert [call for call in denied if not is_denied(call)] == []


def test_approvers_may_not_go_past_the_url(stage: Stage) -> None:
    rights = user_with(stage, "approver", policy=stage.outputs["ApproversPolicy"])
    invoke = stage.client_as("lambda", **rights).invoke
    (name,) = (
        each
        for logical, each in stage.functions().items()
        if "Approvals" in logical and "RequestApproval" not in logical
    )
    assert is_denied(invoke, FunctionName=name, Payload="{}")
