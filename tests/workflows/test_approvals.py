"""Deletions are asked for and answered at the Function URL, by those whom AWS says people are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from policy import Deprovision
from steward.domain.workflows import DEPROVISION
from tests.support.scenario import Steward, cluster
from tests.support.stage import REGION

if TYPE_CHECKING:
    from tests.support.stage import Stage

ACCOUNT = "123456789012"


@dataclass
class Person:
    """A user of IAM, who signs as botocore does."""

    stage: Stage
    arn: str
    credentials: Credentials

    def call(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """One call of the approvals' URL: HTTP status and JSON."""
        data = json.dumps(body).encode() if body else b""
        url = self.stage.outputs["ApprovalsUrl"] + path
        request = AWSRequest(method, url, {"Content-Type": "application/json"}, data)
        SigV4Auth(self.credentials, "lambda", REGION).add_auth(request)
        with self.stage.clock.busy():
            answer = URLLib3Session().send(request.prepare())
        return answer.status_code, json.loads(answer.content)

    def say(self, verb: str, request: dict[str, Any], **body: Any) -> tuple[int, str]:
        """An answer to a request: HTTP status and sentence."""
        status, answer = self.call("POST", f"requests/{request['id']}/{verb}", **body)
        return status, answer.get("error") or answer["message"]


def person(stage: Stage, name: str, *, may_call: bool = True) -> Person:
    """A user, who holds the approvers' policy unless not."""
    iam = stage.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if may_call:
        iam.attach_user_policy(UserName=name, PolicyArn=stage.outputs["ApproversPolicy"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Person(stage, arn, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


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
