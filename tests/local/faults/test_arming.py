"""Faults of every kind can be written into a fleet file, and armed, listed and disarmed over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local import stepfunctions
from local.faults.http import PATH
from local.fleet import FleetError, parse_fleet, seed_fleet
from tests.support.local_aws import ACCOUNT, TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = f"arn:aws:iam::{ACCOUNT}:role/anybody"
MACHINE = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:nightly-rotate-keys"
ANSWERS = "def handle(event, context):\n    return event\n"
STATES = {"Plan": {"Type": "Pass", "Next": "Start"}, "Start": {"Type": "Succeed"}}


@dataclass
class FaultsClient:
    """The faults over HTTP, and the functions and calls that they affect."""

    aws: TestAws

    def ask(self, method: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("localhost", int(self.aws.endpoint.rpartition(":")[2]))
        connection.request(method, PATH, body)
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()
        return answer.status, document

    def post(self, fault: Any) -> list[dict[str, Any]]:
        status, document = self.ask("POST", json.dumps(fault))
        assert status == 200, document
        return list(document["faults"])

    def refused(self, body: str) -> str:
        status, document = self.ask("POST", body)
        assert status == 400
        return str(document["error"])

    def struck(self) -> list[int]:
        return [fault["struck"] for fault in self.ask("GET")[1]["faults"]]

    def describe(self) -> str:
        """How a DescribeClusters ends."""
        try:
            self.aws.client("redshift").describe_clusters()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "answered"

    def invoke(self, name: str) -> str:
        """How an invocation ends."""
        answer = self.aws.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        return str(answer.get("FunctionError", "returned"))

    def execute(self) -> str:
        """How an execution ends."""
        arn = self.aws.client("stepfunctions").start_execution(stateMachineArn=MACHINE)["executionArn"]
        return str(stepfunctions.wait_for(arn).status)


@pytest.fixture(scope="module")
def deployed() -> Iterator[TestAws]:
    """Two functions and a state machine."""
    with local_aws() as aws:
        aws.client("iam").create_role(
            RoleName="anybody",
            AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com", "states.amazonaws.com"),
        )
        code = {"ZipFile": zipped(main=ANSWERS)}
        for name in ("nightly-StartRotation-1A2B", "nightly-Report-3C4D"):
            aws.client("lambda").create_function(
                FunctionName=name, Code=code, Runtime="python3.13", Role=ROLE, Handler="main.handle"
            )
        definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Plan", "States": STATES})
        aws.client("stepfunctions").create_state_machine(
            name="nightly-rotate-keys", definition=definition, roleArn=ROLE
        )
        yield aws


@pytest.fixture
def client(deployed: TestAws) -> Iterator[FaultsClient]:
    client = FaultsClient(deployed)
    yield client
    client.ask("DELETE")


def test_a_fleet_file_has_a_function_killed_as_often_as_it_says(client: FaultsClient) -> None:
    faults = "faults: [{fault: kill function, function: '*Start*', at: before, times: 1}]"
    seed_fleet(client.aws.context, parse_fleet(f"{faults}\nclusters: []"))

    assert client.invoke("nightly-Report-3C4D") == "returned"
    assert [client.invoke("nightly-StartRotation-1A2B") for _ in range(2)] == ["Unhandled", "returned"]


def test_a_fleet_file_has_an_execution_stopped_at_a_named_state(client: FaultsClient) -> None:
    faults = "faults: [{fault: stop execution, machine: '*rotate-keys', state: Start, after: 1, times: 1}]"
    seed_fleet(client.aws.context, parse_fleet(f"{faults}\nclusters: []"))

    assert [client.execute() for _ in range(3)] == ["SUCCEEDED", "ABORTED", "SUCCEEDED"]


def test_without_times_a_fault_strikes_every_time(client: FaultsClient) -> None:
    client.post({"fault": "stop execution", "state": "*"})
    client.post({"fault": "kill function", "at": "after", "after": 1})

    assert [client.execute() for _ in range(2)] == ["ABORTED", "ABORTED"]
    assert [client.invoke("nightly-Report-3C4D") for _ in range(3)] == ["returned", "Unhandled", "Unhandled"]


def test_a_function_can_be_killed_in_an_aws_call_of_its(client: FaultsClient) -> None:
    (armed,) = client.post({"fault": "kill function", "function": "*Report*", "calls": 2, "times": 1})

    assert (armed["at"], armed["calls"]) == ("during", 2)
    assert client.invoke("nightly-Report-3C4D") == "returned"  # it makes no call that could be its last


def test_the_desk_lists_what_is_armed_and_how_often_it_has_struck(client: FaultsClient) -> None:
    faults = [
        {"fault": "throttle", "call": "Describe*", "times": 2},
        {"fault": "kill function", "function": "*Report*", "at": "before", "times": 1},
        {"fault": "stop execution", "machine": "*", "state": "Start", "times": 1},
    ]
    armed = client.post(faults)
    assert [fault["fault"] for fault in armed] == ["throttle", "kill function", "stop execution"]
    assert all(fault[name] == value for fault, asked in zip(armed, faults, strict=True)
               for name, value in asked.items())  # fmt: skip
    assert client.struck() == [0, 0, 0]

    assert [client.describe() for _ in range(3)] == ["Throttling", "Throttling", "answered"]
    client.invoke("nightly-Report-3C4D")
    client.execute()

    assert client.struck() == [2, 1, 1]


def test_disarmed_faults_strike_no_more(client: FaultsClient) -> None:
    client.post(
        [{"fault": "throttle"}, {"fault": "kill function"}, {"fault": "stop execution", "state": "*"}]
    )

    assert client.ask("DELETE") == (200, {"faults": []})

    assert client.describe() == "answered"
    assert client.invoke("nightly-Report-3C4D") == "returned"
    assert client.execute() == "SUCCEEDED"


def test_faults_of_single_clusters_are_listed_too(client: FaultsClient) -> None:
    fault = "{fault: lost response, call: RotateEncryptionKey, times: 1}"
    seed_fleet(client.aws.context, parse_fleet(f"clusters: [{{identifier: dwh, faults: [{fault}]}}]"))

    ((listed),) = client.ask("GET")[1]["faults"]

    assert (listed["fault"], listed["cluster"], listed["struck"]) == ("lost response", "dwh", 0)


def test_a_call_of_another_service_is_refused_by_its_name_in_iam_and_others_are_not(
    client: FaultsClient,
) -> None:
    s3, dynamodb = client.aws.client("s3"), client.aws.client("dynamodb")
    s3.create_bucket(Bucket="plans", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="plans", Key="plan.json", Body=b"[]")
    client.post({"fault": "error", "call": "s3:GetObject", "code": "SlowDown", "times": 1})
    client.post({"fault": "throttle", "call": "dynamodb:*", "times": 1})

    with pytest.raises(ClientError, match="SlowDown") as slow:
        s3.get_object(Bucket="plans", Key="plan.json")
    with pytest.raises(ClientError, match="Throttling"):
        dynamodb.get_item(TableName="ledger", Key={"pk": {"S": "a"}})

    assert slow.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert client.struck() == [1, 1]
    assert s3.get_object(Bucket="plans", Key="plan.json")["Body"].read() == b"[]"


def test_a_fault_of_every_call_of_redshift_strikes_no_other_service(client: FaultsClient) -> None:
    client.post({"fault": "error", "call": "*"})

    assert client.aws.client("dynamodb").list_tables()["TableNames"] == []
    assert client.describe() == "InternalFailure"


KINDS = "'throttle', 'kms throttle', 'lost response', 'error', 'slow', 'kill function', 'stop execution'"
WRONG = {
    '{"fault": "tsunami"}': f"faults.0: unknown fault 'tsunami'; known faults: {KINDS}",
    '{"call": "Describe*"}': f"faults.0: 'fault' is missing; known faults: {KINDS}",
    '[{"fault": "throttle"}, {"fault": "throttle", "tiems": 3}]': (
        "faults.1.tiems: unknown field; known fields: after, burst, call, cluster, code, delay, fault, "
        "kms_key, probability, rate, times"
    ),
    '{"fault": "kill function", "function": "*", "call": 2}': (
        "faults.0.call: unknown field; known fields: after, at, calls, fault, function, times"
    ),
    '{"fault": "kill function", "at": "sometime"}': (
        "faults.0.at: input should be 'before', 'during' or 'after', found 'sometime'"
    ),
    '{"fault": "stop execution"}': "faults.0.state: this field is missing",
    '{"fault": "slow", "rate": 3}': (
        "faults.0: 'rate' fits only 'throttle' and 'kms throttle', not 'slow'; use 'times'"
    ),
    '{"fault": "slow", "call": "s3:*"}': (
        "faults.0: calls of other services ('s3:*') take only 'throttle' and 'error', and no 'cluster'"
    ),
    '{"fault": "slow", "delay": "3"}': (
        "faults.0.delay: '3' is not a duration; write a duration such as '10 minutes', '1 hour 30 minutes', "
        "'30 to 120 seconds', 'usually 10 minutes, at most 4 hours' or 'forever'"
    ),
    "3": "faults.0: a mapping of fields is wanted here, 'name: value' on lines of their own",
    "{fault": (
        "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); "
        "send a fault or a list of faults"
    ),
}


@pytest.mark.parametrize("body", WRONG)
def test_a_request_that_makes_no_sense_is_refused_in_one_sentence_and_arms_nothing(
    client: FaultsClient, body: str
) -> None:
    assert client.refused(body) == WRONG[body]
    assert client.ask("GET") == (200, {"faults": []})


def test_the_desk_knows_three_methods(client: FaultsClient) -> None:
    assert client.ask("PUT", "{}") == (405, {"error": f"PUT {PATH}: use GET, POST or DELETE"})


def test_a_fleet_files_wrong_fault_is_refused_with_its_line() -> None:
    text = "clusters: []\nfaults:\n  - fault: kill function\n    calls: 0\n"

    with pytest.raises(FleetError, match=r"mine.yaml:4: faults.0.calls: input should be greater than"):
        parse_fleet(text, "mine.yaml")
