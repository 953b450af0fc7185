"""Function URLs: who may call one, what the handler sees, and what the caller gets."""

from __future__ import annotations

import base64
import itertools
import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.identities import Identity, role, session, user
from tests.support.local_aws import ACCOUNT, REGION, TestAws, local_aws, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Publish = Callable[..., str]

HTTP = urllib3.PoolManager(retries=False)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
ECHO = "def handle(event, context): return event"
MAY_CALL = {"Action": ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]}
ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "anything"}
FORBIDDEN = (403, {"Message": "Forbidden"})

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        role(running, "worker")
        yield running


@pytest.fixture(scope="module")
def publish(aws: TestAws) -> Publish:
    """Creates a function with a URL; answers with the URL."""

    def create(name: str, source: str, auth: str = "AWS_IAM") -> str:
        api = aws.client("lambda")
        given = {"Runtime": "python3.13", "Role": ROLE, "Handler": "main.handle", "Timeout": 10}
        api.create_function(FunctionName=name, Code={"ZipFile": zipped(main=source)}, **given)
        return str(api.create_function_url_config(FunctionName=name, AuthType=auth)["FunctionUrl"])

    return create


@pytest.fixture(scope="module")
def echo(publish: Publish) -> str:
    """The URL of a function that answers with its event."""
    return publish("echo", ECHO)


@pytest.fixture(scope="module")
def mirror(publish: Publish) -> str:
    """The URL of a function whose result is what the caller sends as JSON."""
    return publish("mirror", "import json\ndef handle(event, context): return json.loads(event['body'])")


def sign(
    credentials: dict[str, str], method: str, url: str, body: bytes = b"", **headers: str
) -> dict[str, str]:
    """The headers of a request that botocore has signed for Lambda."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, url, names, body)
    keys = (credentials["aws_access_key_id"], credentials["aws_secret_access_key"])
    SigV4Auth(Credentials(*keys, credentials.get("aws_session_token")), "lambda", REGION).add_auth(request)
    return dict(request.headers.items())


def send(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
    answer = HTTP.request(method, url, headers=headers, body=body or None)
    return answer.status, json.loads(answer.data)


def call(
    caller: Identity | dict[str, str], method: str, url: str, body: bytes = b"", **headers: str
) -> tuple[int, Any]:
    """One signed request, sent as it was signed."""
    credentials = caller.credentials if isinstance(caller, Identity) else caller
    return send(method, url, sign(credentials, method, url, body, **headers), body)


def call_and_reflect(mirror: str, result: Any) -> urllib3.BaseHTTPResponse:
    """The answer to a result of a handler."""
    body = json.dumps(result).encode()
    headers = sign(ROOT, "POST", mirror, body, Content_Type="application/json")
    return HTTP.request("POST", mirror, headers=headers, body=body, redirect=False)


def test_two_people_are_told_apart_by_their_signatures(aws: TestAws, echo: str) -> None:
    ann, bob = user(aws, "ann", MAY_CALL), user(aws, "bob", MAY_CALL)

    observed = [call(person, "POST", f"{echo}requests/1/approve", b"{}")[1] for person in (ann, bob)]

    who = [event["requestContext"]["authorizer"]["iam"] for event in observed]
    assert [each["userArn"] for each in who] == [ann.arn, bob.arn]
    assert who[0] == {
        "accessKey": ann.credentials["aws_access_key_id"],
        "accountId": ACCOUNT,
        "callerId": who[0]["userId"],
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/ann",
        "userId": aws.client("iam").get_user(UserName="ann")["User"]["UserId"],
    }


def test_a_session_of_a_role_is_the_caller(aws: TestAws, echo: str) -> None:
    caller = session(aws, role(aws, "approver", MAY_CALL), "carol")

    status, event = call(caller, "GET", echo)

    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/approver/carol"
    assert (status, event["requestContext"]["authorizer"]["iam"]["userArn"]) == (200, arn)


def test_any_key_that_the_account_does_not_have_is_root(echo: str) -> None:
    status, event = call(ROOT, "GET", echo)

    arn = f"arn:aws:iam::{ACCOUNT}:root"
    assert (status, event["requestContext"]["authorizer"]["iam"]["userArn"]) == (200, arn)


def test_the_event_is_that_of_payload_format_2(aws: TestAws, echo: str) -> None:
    url = f"{echo}requests/a%20b?status=waiting&tag=x&tag=y"
    headers = {"Content_Type": "application/json", "Cookie": "theme=dark; a=b", "X_Team": "CRM"}

    _, event = call(ROOT, "POST", url, b'{"reason": "x"}', **headers)

    url_id = echo.rstrip("/").rpartition("/")[2]
    assert event["version"] == "2.0"
    assert event["routeKey"] == "$default"
    assert event["rawPath"] == "/requests/a%20b"
    assert event["rawQueryString"] == "status=waiting&tag=x&tag=y"
    assert event["queryStringParameters"] == {"status": "waiting", "tag": "x,y"}
    assert event["cookies"] == ["theme=dark", "a=b"]
    assert event["headers"]["x-team"] == "CRM"
    assert "cookie" not in event["headers"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"reason": "x"}', False)
    context = event["requestContext"]
    assert context["accountId"] == ACCOUNT
    assert context["domainName"] == f"{url_id}.lambda-url.{REGION}.on.aws"
    assert (context["http"]["method"], context["http"]["path"]) == ("POST", "/requests/a%20b")
    assert context["timeEpoch"] == int(aws.clock.now().timestamp() * 1000)


def test_a_body_that_is_no_text_arrives_in_base64(echo: str) -> None:
    _, event = call(ROOT, "POST", echo, b"\xff\x00", Content_Type="application/octet-stream")

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\x00"


def test_an_unsigned_request_is_forbidden(echo: str) -> None:
    assert send("GET", echo, {}) == FORBIDDEN


def test_a_wrong_secret_of_a_known_key_is_forbidden(aws: TestAws, echo: str) -> None:
    forged = {**user(aws, "dora", MAY_CALL).credentials, "aws_secret_access_key": "guessed"}

    assert call(forged, "GET", echo) == FORBIDDEN


def test_what_was_signed_can_not_be_changed(aws: TestAws, echo: str) -> None:
    erin = user(aws, "erin", MAY_CALL).credentials
    headers = sign(erin, "POST", f"{echo}requests/1/reject", b'{"reason": "no"}', X_Team="crm")

    assert send("POST", f"{echo}requests/1/reject", headers, b'{"reason": "no"}')[0] == 200
    assert send("POST", f"{echo}requests/1/approve", headers, b'{"reason": "no"}') == FORBIDDEN
    assert send("POST", f"{echo}requests/1/reject?x=1", headers, b'{"reason": "no"}') == FORBIDDEN
    assert send("PUT", f"{echo}requests/1/reject", headers, b'{"reason": "no"}') == FORBIDDEN
    assert send("POST", f"{echo}requests/1/reject", headers, b'{"reason": "ya"}') == FORBIDDEN
    altered = {**headers, "X-Team": "web"}
    assert send("POST", f"{echo}requests/1/reject", altered, b'{"reason": "no"}') == FORBIDDEN


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_another_time_is_forbidden(
    aws: TestAws, echo: str, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frank = user(aws, f"frank-{next(_numbers)}", MAY_CALL).credentials
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)

    assert call(frank, "GET", echo) == FORBIDDEN


def test_a_session_needs_its_token_and_an_inactive_key_is_none(aws: TestAws, echo: str) -> None:
    caller = session(aws, role(aws, "tokens", MAY_CALL)).credentials
    del caller["aws_session_token"]
    gone = user(aws, "gina", MAY_CALL).credentials
    key = gone["aws_access_key_id"]
    aws.client("iam").update_access_key(UserName="gina", AccessKeyId=key, Status="Inactive")

    assert call(caller, "GET", echo) == FORBIDDEN
    assert call(gone, "GET", echo) == FORBIDDEN


def test_a_signature_for_another_service_is_forbidden_and_the_answer_says_why(echo: str) -> None:
    request = AWSRequest("GET", echo)
    SigV4Auth(Credentials("test", "test"), "execute-api", REGION).add_auth(request)

    answer = HTTP.request("GET", echo, headers=dict(request.headers.items()))

    assert answer.status == 403
    assert answer.headers["X-Local-Aws-Reason"] == (
        f"the request is signed for execute-api in {REGION}: sign it for lambda in {REGION}"
    )


def test_both_permissions_are_needed(aws: TestAws, echo: str) -> None:
    nobody = user(aws, "hugo")
    half = user(aws, "ida", {"Action": "lambda:InvokeFunctionUrl"})
    other = user(aws, "jon", {**MAY_CALL, "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:other"})
    condition = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    whole = user(aws, "kim", {**MAY_CALL, "Condition": condition})

    assert [call(each, "GET", echo)[0] for each in (nobody, half, other, whole)] == [403, 403, 403, 200]


def test_the_functions_own_policy_can_let_a_caller_in(aws: TestAws, echo: str) -> None:
    api, lena, mike = aws.client("lambda"), user(aws, "lena"), user(aws, "mike")
    for number, action in enumerate(MAY_CALL["Action"]):
        more = (
            {"FunctionUrlAuthType": "AWS_IAM"} if action.endswith("Url") else {"InvokedViaFunctionUrl": True}
        )
        given = {"FunctionName": "echo", "StatementId": f"lena-{number}", "Action": action, **more}
        api.add_permission(Principal=lena.arn, **given)

    assert call(lena, "GET", echo)[0] == 200
    assert call(mike, "GET", echo) == FORBIDDEN


def test_without_authentication_only_a_public_policy_lets_callers_in(aws: TestAws, publish: Publish) -> None:
    url, api = publish("public", ECHO, auth="NONE"), aws.client("lambda")
    assert send("GET", url, {}) == FORBIDDEN

    public = {"FunctionName": "public", "Principal": "*"}
    url_only = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
    api.add_permission(StatementId="url", **public, **url_only)
    assert send("GET", url, {}) == FORBIDDEN
    invoke = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    api.add_permission(StatementId="function", **public, **invoke)

    status, event = send("GET", url, {})
    assert (status, event["requestContext"]["accountId"]) == (200, "anonymous")
    assert "authorizer" not in event["requestContext"]


@pytest.mark.parametrize(
    ("result", "status", "content_type", "body"),
    [
        (
            {"statusCode": 409, "body": "late", "headers": {"content-type": "text/plain"}},
            409,
            "text/plain",
            b"late",
        ),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "application/json", b"hi"),
        ({"statusCode": 204}, 204, None, b""),
        ({"answer": 42}, 200, "application/json", b'{"answer": 42}'),
        ("hello", 200, "application/json", b'"hello"'),
        ({"statusCode": 200, "body": {"a": 1}}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": "soon"}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": 200, "size": math.inf}, 502, "text/plain", b"Internal Server Error"),
    ],
)
def test_a_result_becomes_an_answer(
    mirror: str, result: Any, status: int, content_type: str | None, body: bytes
) -> None:
    answer = call_and_reflect(mirror, result)

    assert (answer.status, answer.data) == (status, body)
    assert content_type is None or answer.headers["Content-Type"] == content_type


def test_cookies_and_headers_are_the_handlers(mirror: str) -> None:
    result = {"statusCode": 303, "headers": {"Location": "/x"}, "cookies": ["a=1", "b=2; Secure"]}

    answer = call_and_reflect(mirror, result)

    assert (answer.status, answer.headers["Location"]) == (303, "/x")
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2; Secure"]


def test_a_failing_function_is_a_bad_gateway(publish: Publish) -> None:
    url = publish("failing", "def handle(event, context): raise ValueError('secret')")

    answer = HTTP.request("GET", url, headers=sign(ROOT, "GET", url))

    assert (answer.status, answer.data) == (502, b"Internal Server Error")


def test_a_url_is_described_where_it_is_served_until_it_is_deleted(aws: TestAws, publish: Publish) -> None:
    url, api = publish("short-lived", ECHO), aws.client("lambda")
    described = api.get_function_url_config(FunctionName="short-lived")
    assert url.startswith(f"{aws.endpoint}/lambda-url/")
    assert (described["FunctionUrl"], described["InvokeMode"]) == (url, "BUFFERED")
    assert described["CreationTime"].startswith(f"{aws.clock.now():%Y-%m-%d}")
    with pytest.raises(api.exceptions.ResourceConflictException):
        api.create_function_url_config(FunctionName="short-lived", AuthType="NONE")

    api.delete_function_url_config(FunctionName="short-lived")

    assert call(ROOT, "GET", url)[0] == 404


def test_cloudformation_deploys_a_url_that_can_be_called(aws: TestAws) -> None:
    target = {"Fn::GetAtt": ["Handler", "Arn"]}
    public = {"FunctionName": target, "Principal": "*"}
    invoke = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    url_only = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
    source = "def handler(event, context): return event['rawPath']"
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": ROLE,
        "Code": {"ZipFile": source},
    }
    resources = {
        "Handler": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Address": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": target, "AuthType": "NONE"},
        },
        "ForAll": {"Type": "AWS::Lambda::Permission", "Properties": {**public, **url_only}},
        "Invoke": {"Type": "AWS::Lambda::Permission", "Properties": {**public, **invoke}},
    }
    outputs = {"Url": {"Value": {"Fn::GetAtt": ["Address", "FunctionUrl"]}}}
    cloudformation = aws.client("cloudformation")
    template = json.dumps({"Resources": resources, "Outputs": outputs})
    cloudformation.create_stack(StackName="urls", TemplateBody=template)

    (stack,) = cloudformation.describe_stacks(StackName="urls")["Stacks"]
    (url,) = (output["OutputValue"] for output in stack["Outputs"])
    assert send("GET", f"{url}requests", {}) == (200, "/requests")
