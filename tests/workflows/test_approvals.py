"""Deletions are asked for and answered at the Function URL, by those whom AWS says people are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli.requests.sign_answer import signed_body
from policy import Deprovision
from steward.domain.workflows import DEPROVISION
from tests.support.people import Person, person, role_for, session_of
from tests.support.scenario import Steward, cluster

if TYPE_CHECKING:
    from tests.support.stage import Stage

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def people(stage: Stage) -> dict[str, Person]:
    """Ann asks, Bob approves, Eve is no approver, and Mallory has no permission at all."""
    known = {name: person(stage, name) for name in ("ann", "bob", "eve")}
    return known | {"mallory": person(stage, "mallory", may_call=False)}


def requests(who: Person) -> dict[str, dict[str, Any]]:
    """The requests by cluster."""
    status, answer = who.call("GET", "requests")
    assert status == 200
    return {each["cluster"]: each for each in answer["requests"]}


def test_one_answer_of_the_right_person_in_time_counts_and_every_other_is_refused(
    steward: Steward, people: dict[str, Person]
) -> None:
    ann, bob, eve, mallory = (people[name] for name in ("ann", "bob", "eve", "mallory"))
    fleet = ("approved", "late", "rejected")
    approval = {"approvers": [ann.arn, bob.arn], "four_eyes": True, "expires_after": "2 days"}
    steward.given([cluster(name) for name in fleet])
    policy = {"schedule": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin", "approval": approval}
    ann.stage.set_policy(DEPROVISION.name, Deprovision.model_validate(policy).settings())
    assert mallory.call("GET", "requests") == (403, {"Message": "Forbidden"})
    _, asked = ann.call("POST", "requests", clusters=list(fleet), reason="moved")
    steward.pass_time(minutes=10)
    waiting = requests(eve)
    assert {each["requested_by"] for each in waiting.values()} == {ann.arn}
    plan = {name: {"plan_hash": each["plan_hash"]} for name, each in waiting.items()}

    request, seen = waiting["approved"], plan["approved"]
    assert eve.say("approve", request, **seen) == (403, not_an_approver(eve, ann, bob))
    assert ann.say("approve", request, **seen)[1].startswith(f"{ann.arn} requested this deletion")
    assert bob.say("approve", request, plan_hash="old")[1].startswith('your answer is for the plan "old"')
    assert bob.say("approve", request, **seen) == (200, f"approved by {bob.arn}; the run continues")
    assert bob.say("approve", request, **seen)[0] == 200
    assert bob.say("reject", request, **seen)[1].startswith(
        f"the request was already approved by {bob.arn} at "
    )
    assert bob.say("reject", waiting["rejected"], **plan["rejected"], reason="in use")[0] == 200

    steward.pass_time(minutes=2)
    stops = "the run stops before its next change and puts the cluster back as it was"
    assert ann.say("cancel", request, reason="still read by finance") == (200, stops)
    steward.pass_time(days=2)
    result = steward.wait(asked["execution"])
    ended = {"approved": "cancelled", "late": "expired", "rejected": "rejected"}
    assert result.outcomes == ended
    assert result.reason("approved").endswith(f"cancelled by {ann.arn}: still read by finance")
    assert "CreateClusterSnapshot" in result.changes("approved")
    assert result.to_redshift("DeleteCluster") == []
    status, sentence = bob.say("approve", waiting["late"], **plan["late"])
    assert (status, sentence.partition(" at ")[0]) == (410, "the request expired")
    statuses = {name: each["status"] for name, each in requests(bob).items()}
    assert statuses == ended
    assert "token" not in json.dumps(requests(bob))


def not_an_approver(who: Person, *approvers: Person) -> str:
    named = ", ".join(each.arn for each in approvers)
    return f"{who.arn} is not one of the policy's approvers, who are {named}"


def waiting_requests(steward: Steward, people: dict[str, Person], **clusters: dict[str, str]) -> Any:
    """Deploy four eyes for everybody, and a fleet with these tags."""
    stage = people["ann"].stage
    steward.given([cluster(name, tags=tags) for name, tags in clusters.items()])
    approval = {"approvers": [], "four_eyes": True, "expires_after": "2 days"}
    policy = {"schedule": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin", "approval": approval}
    stage.set_policy(DEPROVISION.name, Deprovision.model_validate(policy).settings())
    steward.workflow = DEPROVISION.name
    return stage


def test_no_forged_event_and_no_signature_for_something_else_answers_a_request(
    steward: Steward, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob, mallory = (people[name] for name in ("ann", "bob", "mallory"))
    stage = waiting_requests(steward, people, one={}, two={})
    _, asked = ann.call("POST", "requests", clusters=["one", "two"], reason="moved")
    steward.pass_time(minutes=10)
    waiting = requests(bob)
    one, two = waiting["one"], waiting["two"]
    body = {"plan_hash": one["plan_hash"]}
    route, other = (f"requests/{each['id']}" for each in (one, two))

    stage.client("iam").put_user_policy(
        UserName="mallory", PolicyName="invoke", PolicyDocument=json.dumps(INVOKE)
    )
    for proof in ({}, mallory.signed(body, "approve", one["id"])):
        assert invoke_directly(mallory, bob, f"{route}/approve", body | proof) == (403, "identity_unproven")
    forged_request = {"clusters": ["one"], "reason": "forged"}
    signed = mallory.signed(forged_request, "request")
    assert invoke_directly(mallory, bob, "requests", signed) == (403, "identity_unproven")

    approval = bob.signed(body, "approve", one["id"])
    wrong = [
        (f"{other}/approve", approval),
        (f"{route}/reject", approval),
        (f"{route}/approve", approval | {"plan_hash": two["plan_hash"]}),
        (f"{route}/approve", approval | {"reason": "added"}),
    ]
    old = datetime.now(UTC) - timedelta(minutes=20)
    with monkeypatch.context() as patched:
        patched.setattr("botocore.auth.get_current_datetime", lambda: old.replace(tzinfo=None))
        wrong.append((f"{route}/approve", bob.signed(body, "approve", one["id"])))
    everywhere = SimpleNamespace(endpoint_url="https://sts.amazonaws.com", region_name="eu-central-1")
    for_another_sts = signed_body(
        body,
        bob.credentials,
        SimpleNamespace(meta=everywhere),
        stack=stage.stack_name,
        answer="approve",
        request=one["id"],
    )
    wrong.append((f"{route}/approve", for_another_sts))
    for path, answer in wrong:
        status, told = bob.send("POST", path, answer)
        assert (status, told["code"]) == (403, "identity_unproven")
        assert told["error"].startswith("AWS does not confirm who signed the answer: SignatureDoesNotMatch")
    elsewhere = approval | {"proof": approval["proof"] | {"url": "https://example.com/"}}
    assert bob.send("POST", f"{route}/approve", elsewhere)[0] == 400

    assert {each["status"] for each in requests(bob).values()} == {"waiting"}
    assert bob.send("POST", f"{route}/approve", approval)[0] == 200
    assert bob.say("reject", two, plan_hash=two["plan_hash"])[0] == 200
    assert ann.say("cancel", one)[0] == 200
    assert steward.wait(asked["execution"]).outcomes == {"one": "cancelled", "two": "rejected"}


def test_one_person_is_never_four_eyes_whatever_the_detour(
    steward: Steward, people: dict[str, Person]
) -> None:
    ann, bob = people["ann"], people["bob"]
    stage = waiting_requests(steward, people, direct={}, requested={}, tagged={}, scheduled={})
    roles = [role_for(stage, name) for name in ("ops", "dba")]
    anybody = session_of(bob, roles[0], "carol")
    bob_himself = session_of(bob, roles[1], "whatever", SourceIdentity="bob")
    iam = stage.client("iam")
    starting = document("states:StartExecution", "redshift:CreateTags")
    for who in ("bob", "ann"):
        iam.put_user_policy(UserName=who, PolicyName="start", PolicyDocument=starting)
    tag = [{"Key": "steward:delete-after", "Value": "2026-11-01"}]
    arn = f"arn:aws:redshift:eu-central-1:{ACCOUNT}:cluster:tagged"
    bob.client("redshift").create_tags(ResourceName=arn, Tags=tag)
    runs = [
        anybody.call("POST", "requests", clusters=["requested"], reason="asked as a role")[1]["execution"],
        start(bob, stage, {"clusters": ["direct"], "requested_by": ann.arn}),
        steward.start({"clusters": ["scheduled"]}),
        steward.start({}),
    ]
    steward.pass_time(minutes=10)

    waiting = requests(bob)
    codes = {name: [code(who, each) for who in (bob, anybody, bob_himself)] for name, each in waiting.items()}
    assert codes == {
        "requested": ["own_request"] * 3,
        "direct": ["own_request", "not_a_person", "own_request"],
        "tagged": ["own_request", "not_a_person", "own_request"],
        "scheduled": ["requester_unknown"] * 3,
    }
    assert code(ann, waiting["scheduled"]) == "requester_unknown"
    assert code(ann, waiting["direct"]) == "own_request", "the input claims that she asked"
    assert {code(ann, waiting[name]) for name in ("requested", "tagged")} == {"approved"}
    for name in ("requested", "tagged", "direct", "scheduled"):
        assert bob.say("cancel", waiting[name])[0] == 200
    for run in runs:
        assert set(steward.wait(run).outcomes.values()) == {"cancelled"}


INVOKE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}],
}


def test_where_nobody_has_to_approve_who_may_only_invoke_has_nothing_deleted(
    steward: Steward, people: dict[str, Person]
) -> None:
    ann, mallory = people["ann"], people["mallory"]
    iam = ann.stage.client("iam")
    iam.put_user_policy(UserName="mallory", PolicyName="invoke", PolicyDocument=json.dumps(INVOKE))
    steward.given([cluster("sales")], workflow=DEPROVISION.name, policy={"approval": {"required": False}})
    body = mallory.signed({"clusters": ["sales"], "reason": "mine"}, "request")
    assert invoke_directly(mallory, mallory, "requests", body) == (403, "approval_not_required")
    status, told = ann.call("POST", "requests", clusters=["sales"], reason="mine")
    assert (status, told["code"]) == (403, "approval_not_required")
    steward.pass_time(hours=1)
    assert steward.runs() == []
    assert [call for call in ann.stage.calls.calls if call.service == "redshift" and call.is_change] == []


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def start(who: Person, stage: Stage, run_input: dict[str, Any]) -> str:
    """A run that somebody starts past the Function URL."""
    states = who.client("stepfunctions")
    machine = stage.machine(DEPROVISION.name)
    return str(states.start_execution(stateMachineArn=machine, input=json.dumps(run_input))["executionArn"])


def code(who: Person, request: dict[str, Any]) -> str:
    """The code of somebody's approval."""
    answer = who.call("POST", f"requests/{request['id']}/approve", plan_hash=request["plan_hash"])[1]
    return str(answer["code"])


def invoke_directly(who: Person, named: Person, path: str, body: dict[str, Any]) -> tuple[int, str]:
    """An event of the Function URL that somebody writes by hand, with somebody else as its caller."""
    http = {"method": "POST", "path": f"/{path}"}
    caller = {"authorizer": {"iam": {"userArn": named.arn}}, "stage": "$default", "requestId": "1"}
    event = {
        "version": "2.0",
        "rawPath": f"/{path}",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": http, "timeEpoch": 1795298400000, **caller},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    stage = who.stage
    (name,) = [each for logical, each in stage.functions().items() if is_api(logical)]
    answer = who.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    told = json.loads(answer["Payload"].read())
    return told["statusCode"], json.loads(told["body"])["code"]


def is_api(logical: str) -> bool:
    return "Approvals" in logical and "RequestApproval" not in logical
