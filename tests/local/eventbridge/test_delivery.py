"""Rules deliver what matches, to each kind of target, and keep what no target took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local import eventbridge
from local.eventbridge.targets import DeliveryError, send
from tests.support.local_aws import ACCOUNT, REGION, trust_policy, zipped

if TYPE_CHECKING:
    from tests.local.eventbridge.conftest import Bus

FULL = {"source": ["tank"], "detail": {"level": [{"numeric": [">", 90]}]}}
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/events"
ECHO = "import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n"


def function(bus: Bus, name: str, *, permitted: bool = True) -> str:
    """A function that prints its event; its ARN."""
    api = bus.aws.client("lambda")
    given = {"Runtime": "python3.11", "Handler": "code.handler", "Role": ROLE, "Timeout": 20}
    arn = str(
        api.create_function(FunctionName=name, Code={"ZipFile": zipped(code=ECHO)}, **given)["FunctionArn"]
    )
    if permitted:
        api.add_permission(
            FunctionName=name,
            StatementId="events",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/rule",
        )
    return arn


def log_lines(bus: Bus, name: str) -> list[Any]:
    """The events that the function has printed."""
    bus.aws.clock.advance(2)
    logs = bus.aws.client("logs")
    try:
        lines = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    details = [line["message"] for line in lines]
    return [json.loads(line.partition("GOT ")[2]) for line in details if line.startswith("GOT ")]


def machine(bus: Bus, name: str) -> str:
    """A state machine that ends with its input; its ARN."""
    definition = {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    api = bus.aws.client("stepfunctions")
    made = api.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
    return str(made["stateMachineArn"])


def inputs(bus: Bus, arn: str) -> list[Any]:
    """The inputs of a machine's executions."""
    bus.aws.clock.advance(2)
    api = bus.aws.client("stepfunctions")
    executions = api.list_executions(stateMachineArn=arn)["executions"]
    described = [api.describe_execution(executionArn=each["executionArn"]) for each in executions]
    return [json.loads(each["input"]) for each in described]


def test_a_matching_event_arrives_once_with_the_clocks_time(bus: Bus) -> None:
    bus.rule(FULL)
    put_at = bus.aws.clock.now()
    event_id = bus.put({"level": 95})

    (event,) = bus.bodies()
    assert (event["id"], event["source"], event["detail-type"]) == (event_id, "tank", "Fill Level")
    assert (event["account"], event["region"], event["detail"]) == (ACCOUNT, REGION, {"level": 95})
    assert event["time"] == put_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert bus.bodies() == []


def test_an_event_is_delivered_a_moment_later_not_at_once(bus: Bus) -> None:
    bus.rule(FULL)
    with bus.aws.clock.busy():
        bus.put({"level": 95})
        url = f"{bus.aws.endpoint}/{ACCOUNT}/letters"
        assert "Messages" not in bus.aws.client("sqs").receive_message(QueueUrl=url)
    assert len(bus.letters()) == 1


def test_an_event_that_does_not_match_is_delivered_to_nobody(bus: Bus) -> None:
    bus.rule(FULL)
    bus.put({"level": 50})
    bus.put({"level": 95}, source="pump")

    assert bus.letters() == []
    assert eventbridge.undelivered_events() == []


def test_a_disabled_rule_is_silent_until_it_is_enabled(bus: Bus) -> None:
    bus.rule(FULL)
    bus.aws.client("events").disable_rule(Name="rule")
    bus.put({"level": 95})
    assert bus.letters() == []

    bus.aws.client("events").enable_rule(Name="rule")
    bus.put({"level": 96})
    assert [event["detail"]["level"] for event in bus.bodies()] == [96]


def test_a_function_gets_the_event_if_its_policy_lets_eventbridge_in(bus: Bus) -> None:
    bus.rule(FULL, Arn=function(bus, "permitted"))
    bus.put({"level": 95})

    assert [event["detail"] for event in log_lines(bus, "permitted")] == [{"level": 95}]


def test_a_function_without_a_permission_for_the_rule_is_not_invoked(bus: Bus) -> None:
    bus.rule(FULL, Arn=function(bus, "closed", permitted=False), DeadLetterConfig={"Arn": DEAD})
    bus.put({"level": 95})

    (letter,) = bus.letters("dead")
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert log_lines(bus, "closed") == []


def test_a_state_machine_is_started_with_the_transformed_input(bus: Bus) -> None:
    arn = machine(bus, "transformed")
    transformer = {
        "InputPathsMap": {"level": "$.detail.level", "at": "$.time"},
        "InputTemplate": '{"drift": {"level": <level>, "said": "at <at>"}}',
    }
    at = bus.aws.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    bus.rule(FULL, Arn=arn, RoleArn=ROLE, InputTransformer=transformer)
    bus.put({"level": 95})

    assert inputs(bus, arn) == [{"drift": {"level": 95, "said": f"at {at}"}}]


def test_a_topic_passes_the_event_on(bus: Bus) -> None:
    sns = bus.aws.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    bus.rule(FULL, Arn=topic)
    bus.put({"level": 95})

    assert [event["detail"] for event in bus.bodies()] == [{"level": 95}]


class TestFailures:
    def dead_letter_attributes(self, bus: Bus, **target: Any) -> dict[str, str]:
        """What the dead-letter queue says about an event; the event itself is checked here."""
        bus.rule(FULL, DeadLetterConfig={"Arn": DEAD}, **target)
        event_id = bus.put({"level": 95})
        bus.aws.clock.advance(3600)
        (letter,) = bus.letters("dead")
        assert json.loads(letter["Body"])["id"] == event_id
        return {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}

    def test_a_target_that_is_not_there_is_not_tried_again(self, bus: Bus) -> None:
        missing = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:missing"
        details = self.dead_letter_attributes(bus, Arn=missing, RoleArn=ROLE)

        assert (details["ERROR_CODE"], details["RETRY_ATTEMPTS"]) == ("NO_RESOURCE", "0")
        assert details["TARGET_ARN"] == missing
        assert details["RULE_ARN"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/rule"
        assert "missing" in details["ERROR_MESSAGE"]
        assert "EXHAUSTED_RETRY_CONDITION" not in details

    def test_a_role_that_may_not_start_executions_delivers_nothing(self, bus: Bus) -> None:
        bus.aws.client("iam").create_role(
            RoleName="idle",
            AssumeRolePolicyDocument=trust_policy("events.amazonaws.com", "states.amazonaws.com"),
        )
        arn = machine(bus, "guarded")
        details = self.dead_letter_attributes(bus, Arn=arn, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/idle")

        assert (details["ERROR_CODE"], details["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
        assert "states:StartExecution" in details["ERROR_MESSAGE"]
        assert inputs(bus, arn) == []

    def test_an_input_that_became_no_json_is_not_sent(self, bus: Bus) -> None:
        transformer = {"InputPathsMap": {"a": "$.detail.absent"}, "InputTemplate": '{"a": <a>}'}
        details = self.dead_letter_attributes(bus, InputTransformer=transformer)

        assert details["ERROR_CODE"] == "INVALID_JSON"
        assert bus.letters() == []

    @pytest.mark.parametrize(
        ("policy", "retries", "condition"),
        [
            ({"MaximumRetryAttempts": 2}, "2", "MaximumRetryAttempts"),
            ({"MaximumEventAgeInSeconds": 60}, "2", "MaximumEventAgeInSeconds"),
        ],
    )
    def test_a_target_that_is_busy_is_tried_again_within_the_retry_policy(
        self, bus: Bus, monkeypatch: pytest.MonkeyPatch, policy: dict[str, int], retries: str, condition: str
    ) -> None:
        def throttle(*_: object, **__: object) -> None:
            raise DeliveryError("THROTTLING", "slow down", retriable=True)

        monkeypatch.setattr("local.eventbridge.delivery.send", throttle)
        details = self.dead_letter_attributes(bus, RetryPolicy=policy)

        assert (details["ERROR_CODE"], details["RETRY_ATTEMPTS"]) == ("THROTTLING", retries)
        assert details["EXHAUSTED_RETRY_CONDITION"] == condition

    def test_a_retry_that_succeeds_delivers_the_event_once(
        self, bus: Bus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failures = [1, 2]

        def sometimes(*args: Any) -> None:
            if failures:
                failures.pop()
                raise DeliveryError("THROTTLING", "slow down", retriable=True)
            send(*args)

        monkeypatch.setattr("local.eventbridge.delivery.send", sometimes)
        bus.rule(FULL)
        bus.put({"level": 95})
        bus.aws.clock.advance(120)

        assert len(bus.letters()) == 1

    def test_what_is_lost_without_a_queue_can_be_asked_for(self, bus: Bus) -> None:
        before = len(eventbridge.undelivered_events())
        missing = f"arn:aws:sqs:{REGION}:{ACCOUNT}:missing"
        bus.rule(FULL, Arn=missing)
        event_id = bus.put({"level": 95})
        bus.aws.clock.advance(2)

        (lost,) = eventbridge.undelivered_events()[before:]
        assert (lost.rule, lost.target, lost.event["id"]) == ("rule", missing, event_id)
        assert (lost.code, lost.attempts, lost.dead_letter_queue) == ("NO_RESOURCE", 1, None)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/x"}, "local AWS delivers no events to arn:aws:ecs"),
        ({"Arn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:x"}, "RoleArn is required for target"),
        ({"InputPath": "detail"}, "Invalid JSONPath detail"),
        *(
            ({"RoleArn": f"arn:aws:iam::{account}:role/{name}"}, "cannot be assumed by principal 'events.")
            for account, name in ((ACCOUNT, "nobodys"), (ACCOUNT, "of-lambda"), ("210987654321", "events"))
        ),
    ],
)
def test_a_target_that_could_not_work_is_refused_when_it_is_put(
    bus: Bus, target: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ClientError, match=reason):
        bus.rule(FULL, **target)
    assert bus.aws.client("events").list_targets_by_rule(Rule="rule")["Targets"] == []


def test_a_wrong_pattern_and_a_schedule_are_refused_when_the_rule_is_put(bus: Bus) -> None:
    api = bus.aws.client("events")
    with pytest.raises(ClientError, match="Unrecognized match type regex"):
        api.put_rule(Name="wrong", EventPattern='{"source": [{"regex": "x"}]}')
    with pytest.raises(ClientError, match="EventBridge Scheduler schedule"):
        api.put_rule(Name="timed", ScheduleExpression="rate(1 hour)")
    assert api.list_rules()["Rules"] == []


@pytest.mark.parametrize(
    ("status", "notified"), [("ABORTED", True), ("TIMED_OUT", True), ("SUCCEEDED", False)]
)
def test_a_function_hears_that_an_execution_of_one_machine_was_cut_off(
    bus: Bus, *, status: str, notified: bool
) -> None:
    api = bus.aws.client("stepfunctions")
    states = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
    definition: dict[str, Any] = {"QueryLanguage": "JSONata", "StartAt": "W", "States": states}
    definition |= {"TimeoutSeconds": 10} if status == "TIMED_OUT" else {}
    arns = [
        api.create_state_machine(name=f"{name}-{status}", definition=json.dumps(definition), roleArn=ROLE)[
            "stateMachineArn"
        ]
        for name in ("watched", "other")
    ]
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": arns[:1], "status": ["ABORTED", "TIMED_OUT"]},
    }
    bus.rule(pattern, Arn=function(bus, f"hears-{status}"))
    with bus.aws.clock.busy():
        runs = [api.start_execution(stateMachineArn=arn)["executionArn"] for arn in arns]
        if status == "ABORTED":
            for run in runs:
                api.stop_execution(executionArn=run)
    bus.aws.clock.advance(70)

    received = [event["detail"] for event in log_lines(bus, f"hears-{status}")]
    assert [(each["executionArn"], each["status"]) for each in received] == [(runs[0], status)] * notified


def test_a_caller_may_put_no_event_as_if_it_came_from_aws_while_its_others_are_taken(bus: Bus) -> None:
    bus.rule({"account": [ACCOUNT]})
    sources = ("tank", "aws.redshift", "awsome")
    entries = [{"Source": each, "DetailType": "Fill Level", "Detail": "{}"} for each in sources]

    answer = bus.aws.client("events").put_events(Entries=entries)

    taken, refused, alike = answer["Entries"]
    assert refused == {
        "ErrorCode": "NotAuthorizedForSourceException",
        "ErrorMessage": "Not authorized for the source.",
    }
    assert answer["FailedEntryCount"] == 1
    assert {each["id"] for each in bus.bodies()} == {taken["EventId"], alike["EventId"]}
