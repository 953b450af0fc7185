"""Settings, versions and aliases of a state machine: what is documented is refused, and nothing is a 501."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.support.local_aws import create_role, trust_policy

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

ROLE = "arn:aws:iam::123456789012:role/machine"
END = {"S": {"Type": "Succeed"}}
DEFINITION = json.dumps({"QueryLanguage": "JSONata", "StartAt": "S", "States": END})
GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:steps"
KEY = "CUSTOMER_MANAGED_KMS_KEY"
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:absent"


def logging(*groups: str, level: str = "ALL") -> dict[str, Any]:
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": group}} for group in groups]
    return {"loggingConfiguration": {"level": level, "destinations": destinations}}


def tags(*keys: str) -> dict[str, Any]:
    return {"tags": [{"key": key, "value": "v"} for key in keys]}


REFUSED_SETTINGS: list[tuple[dict[str, Any], str, str]] = [
    (logging(), "InvalidLoggingConfiguration", "needs a destination"),
    (logging("steps"), "InvalidLoggingConfiguration", "ends with :*"),
    (logging(GROUP), "InvalidLoggingConfiguration", "ends with :*"),
    (logging(f"{GROUP}:*", f"{GROUP}:*"), "InvalidLoggingConfiguration", "more than one destination"),
    ({"encryptionConfiguration": {"type": KEY}}, "InvalidEncryptionConfiguration", "kmsKeyId is required"),
    (
        {"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsKeyId": "alias/a"}},
        "InvalidEncryptionConfiguration",
        f"for the type {KEY} only",
    ),
]
REFUSED_TAGS = [
    (tags(*(f"k{number}" for number in range(51))), "TooManyTags", "at most 50"),
    (tags("a", "a"), "ValidationException", "Duplicate tag key: 'a'"),
    (tags("aws:a"), "ValidationException", "reserved for AWS"),
]


def refusal(call: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response["Error"]["Code"], str(caught.value)


@pytest.mark.parametrize(("settings", "code", "sentence"), REFUSED_SETTINGS + REFUSED_TAGS)
def test_a_machine_with_a_wrong_setting_is_not_created(
    steps: Steps, settings: Any, code: str, sentence: str
) -> None:
    given = {"name": "refused", "definition": DEFINITION, "roleArn": ROLE, **settings}
    found, said = refusal(steps.api.create_state_machine, **given)
    assert (found, sentence in said) == (code, True)
    assert "refused" not in {each["name"] for each in steps.api.list_state_machines()["stateMachines"]}


@pytest.mark.parametrize(("settings", "code", "sentence"), REFUSED_SETTINGS)
def test_a_machine_keeps_its_settings_when_an_update_is_refused(
    steps: Steps, settings: Any, code: str, sentence: str
) -> None:
    machine = steps.machine(END)
    before = steps.api.describe_state_machine(stateMachineArn=machine)
    found, said = refusal(steps.api.update_state_machine, stateMachineArn=machine, **settings)
    assert (found, sentence in said) == (code, True)
    after = steps.api.describe_state_machine(stateMachineArn=machine)
    assert {**after, "ResponseMetadata": None} == {**before, "ResponseMetadata": None}


@pytest.mark.parametrize(("settings", "code", "sentence"), REFUSED_TAGS)
def test_tags_are_bounded_when_they_are_added(steps: Steps, settings: Any, code: str, sentence: str) -> None:
    machine = steps.machine(END)
    found, said = refusal(steps.api.tag_resource, resourceArn=machine, **settings)
    assert (found, sentence in said) == (code, True)
    assert steps.api.list_tags_for_resource(resourceArn=machine)["tags"] == []


def test_tags_are_counted_with_those_that_are_there(steps: Steps) -> None:
    machine = steps.machine(END)
    steps.api.tag_resource(resourceArn=machine, **tags(*(f"k{number}" for number in range(50))))
    steps.api.tag_resource(resourceArn=machine, **tags("k1"))
    assert refusal(steps.api.tag_resource, resourceArn=machine, **tags("new"))[0] == "TooManyTags"


def test_what_the_rules_allow_is_taken(steps: Steps) -> None:
    given = {"definition": DEFINITION, "roleArn": ROLE, **logging(f"{GROUP}:*"), **tags("a")}
    made = steps.api.create_state_machine(name="allowed", **given)["stateMachineArn"]
    steps.api.update_state_machine(stateMachineArn=made, **logging(level="OFF"))
    shown = steps.api.describe_state_machine(stateMachineArn=made)["loggingConfiguration"]
    assert shown == {"level": "OFF", "destinations": []}


def test_an_update_needs_something_to_change_and_the_machine_itself(steps: Steps) -> None:
    machine = steps.machine(END)
    update = steps.api.update_state_machine
    assert refusal(update, stateMachineArn=machine)[0] == "MissingRequiredParameter"
    assert refusal(update, stateMachineArn=f"{machine}:1", definition=DEFINITION)[0] == "ValidationException"
    assert refusal(update, stateMachineArn=machine, roleArn="role")[0] == "InvalidArn"


MALFORMED = [
    *((f"{verb}_state_machine_alias", "stateMachineAliasArn") for verb in ("describe", "delete")),
    ("list_state_machine_aliases", "stateMachineArn"),
    ("list_state_machine_versions", "stateMachineArn"),
    ("publish_state_machine_version", "stateMachineArn"),
    ("delete_state_machine_version", "stateMachineVersionArn"),
    *((f"{verb}_state_machine", "stateMachineArn") for verb in ("describe", "delete")),
    *((name, "executionArn") for name in ("describe_execution", "stop_execution", "redrive_execution")),
    *((name, "executionArn") for name in ("list_map_runs", "get_execution_history")),
    *((name, "mapRunArn") for name in ("describe_map_run", "update_map_run", "list_executions")),
    ("start_execution", "stateMachineArn"),
    ("list_tags_for_resource", "resourceArn"),
]


@pytest.mark.parametrize(("call", "member"), MALFORMED)
@pytest.mark.parametrize("arn", ["x", ROLE, "arn:aws:states", ":"])
def test_a_malformed_arn_is_an_invalid_arn(steps: Steps, call: str, member: str, arn: str) -> None:
    assert refusal(getattr(steps.api, call), **{member: arn})[0] == "InvalidArn"


def test_versions_are_published_once_listed_and_deleted(steps: Steps) -> None:
    machine = steps.machine(END)
    publish = steps.api.publish_state_machine_version
    first = publish(stateMachineArn=machine)
    assert publish(stateMachineArn=machine)["stateMachineVersionArn"] == first["stateMachineVersionArn"]
    assert first["creationDate"] <= steps.clock.now()
    steps.api.update_state_machine(stateMachineArn=machine, definition=DEFINITION.replace('"S"', '"T"'))
    second = publish(stateMachineArn=machine)["stateMachineVersionArn"]
    listed = steps.api.list_state_machine_versions
    shown = [
        each["stateMachineVersionArn"] for each in listed(stateMachineArn=machine)["stateMachineVersions"]
    ]
    assert shown == [second, first["stateMachineVersionArn"]]
    steps.api.delete_state_machine_version(stateMachineVersionArn=second)
    assert len(listed(stateMachineArn=machine)["stateMachineVersions"]) == 1
    assert listed(stateMachineArn=MACHINE)["stateMachineVersions"] == []
    assert refusal(publish, stateMachineArn=MACHINE)[0] == "StateMachineDoesNotExist"
    assert refusal(publish, stateMachineArn=machine, revisionId="r")[0] == "ConflictException"


def test_an_alias_leads_to_versions_that_exist_and_keeps_them(steps: Steps) -> None:
    machine = steps.machine(END)
    version = steps.api.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    routing = [{"stateMachineVersionArn": version, "weight": 100}]
    create, before = steps.api.create_state_machine_alias, steps.clock.now()
    made = create(name="live", routingConfiguration=routing)
    assert (
        create(name="live", routingConfiguration=routing)["stateMachineAliasArn"]
        == made["stateMachineAliasArn"]
    )
    assert made["creationDate"] >= before
    conflict = refusal(create, name="live", description="other", routingConfiguration=routing)
    assert conflict[0] == "ConflictException"
    absent = [{"stateMachineVersionArn": f"{machine}:9", "weight": 100}]
    assert refusal(create, name="next", routingConfiguration=absent)[0] == "ResourceNotFound"
    delete = steps.api.delete_state_machine_version
    assert refusal(delete, stateMachineVersionArn=version)[0] == "ConflictException"
    steps.api.delete_state_machine_alias(stateMachineAliasArn=made["stateMachineAliasArn"])
    delete(stateMachineVersionArn=version)
    gone = refusal(steps.api.describe_state_machine_alias, stateMachineAliasArn=made["stateMachineAliasArn"])
    assert gone[0] == "ResourceNotFound"


@pytest.mark.parametrize("role", ["nobody", "of-scheduler", "elsewhere"])
def test_a_role_that_step_functions_may_not_assume_is_refused(steps: Steps, role: str) -> None:
    if role == "of-scheduler":
        create_role(steps.client("iam"), role, "scheduler.amazonaws.com")
    account = "210987654321" if role == "elsewhere" else "123456789012"
    arn = f"arn:aws:iam::{account}:role/{role}"
    code, sentence = refusal(
        steps.api.create_state_machine, name=f"as-{role}", definition=DEFINITION, roleArn=arn
    )
    assert code == "AccessDeniedException"
    assert "authorized to assume the provided role" in sentence
    machine = steps.machine(END)
    assert refusal(steps.api.update_state_machine, stateMachineArn=machine, roleArn=arn)[0] == code


def test_a_role_that_no_longer_trusts_step_functions_calls_nothing(steps: Steps) -> None:
    iam = steps.client("iam")
    role = create_role(iam, "once-trusting", "states.eu-central-1.amazonaws.com")
    call = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity", "End": True}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": call}})
    made = steps.api.create_state_machine(name="once-trusting", definition=definition, roleArn=role)
    machine = made["stateMachineArn"]
    assert steps.wait_for_end(steps.start(machine))["status"] == "SUCCEEDED"

    iam.update_assume_role_policy(
        RoleName="once-trusting", PolicyDocument=trust_policy("lambda.amazonaws.com")
    )
    ended = steps.wait_for_end(steps.start(machine))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert "not authorized to assume the role" in ended["cause"]
