"""People who answer requests at the deployed stack's Function URL, as users and as sessions of roles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from cli.requests.sign_answer import signed_body
from local.callers import APP_ID
from tests.support.stage import REGION

if TYPE_CHECKING:
    from tests.support.stage import Stage


@dataclass
class Person:
    """A user or a session, who signs as botocore does."""

    stage: Stage
    arn: str
    credentials: Credentials

    def call(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """One call of the approvals' URL: HTTP status and JSON."""
        if method == "POST":
            name, _, verb = path.removeprefix("requests").removeprefix("/").partition("/")
            body = self.signed(body, verb or "request", name)
        return self.send(method, path, body)

    def signed(self, body: dict[str, Any], answer: str, request: str = "") -> dict[str, Any]:
        """The body with the proof that this person gives this answer."""
        about = {"request": request} if request else {}
        stack = self.stage.stack_name
        sts = self.stage.client("sts")
        return signed_body(body, self.credentials, sts, stack=stack, answer=answer, **about)

    def client(self, service: str) -> Any:
        """A client that signs as this person."""
        keys = {
            "aws_access_key_id": self.credentials.access_key,
            "aws_secret_access_key": self.credentials.secret_key,
            "aws_session_token": self.credentials.token,
        }
        return self.stage.client_as(service, **{name: key for name, key in keys.items() if key})

    def send(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One call with exactly this body."""
        data = json.dumps(body).encode() if body else b""
        url = self.stage.outputs["ApprovalsUrl"] + path
        request = AWSRequest(
            method, url, {"Content-Type": "application/json", "User-Agent": f"app/{APP_ID}"}, data
        )
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


def session_of(who: Person, role_arn: str, name: str, **settings: Any) -> Person:
    """A session of a role that a person assumes."""
    sts = who.client("sts")
    answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **settings)
    given = answer["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Person(who.stage, answer["AssumedRoleUser"]["Arn"], credentials)


def role_for(stage: Stage, name: str) -> str:
    """A role with the approvers' policy that everybody in the account may assume."""
    iam = stage.client("iam")
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Action": actions, "Principal": {"AWS": "*"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=stage.outputs["ApproversPolicy"])
    return str(arn)
