"""The state machine speaks the language of those it calls: AWS's APIs, the functions, and its own errors."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from infra.workflows.retries import BUSY
from steward.domain import errors
from steward.domain.errors import StewardError
from steward.domain.failure import DEADLINE, GONE, UNRECOVERABLE
from steward.domain.status import PHASES, Phase
from steward.domain.workflows import ROTATE_KEYS, SYNC_ROLES
from tests.contracts.asl import sdk_call, services
from tests.contracts.calls import model, operations
from tests.support.synthesis import definition, states

if TYPE_CHECKING:
    from botocore.model import OperationModel

CHECKED = (ROTATE_KEYS.name, SYNC_ROLES.name)
"""The workflows whose tasks are functions and looks."""

STATES_ERRORS = {"States.ALL"}
LAMBDA_ERRORS = {
    # raised by Step Functions' Lambda integration (Step Functions guide, "Handling errors")
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    # raised right after a deployment
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
    "Lambda.Unknown",
    # errorType of a function that was ended by Lambda (Lambda guide, "Runtime API")
    "Sandbox.Timedout",
    "Runtime.ExitError",
}
SDK_ERRORS = {"RedshiftException", "SdkClientException"}
"""Names of an integration that stand for errors without a name of their own."""


def argument_faults(service: str, operation: str, arguments: dict[str, Any]) -> list[str]:
    """What botocore's model has against a call."""
    if service not in services() or operation not in operations(service).values():
        return [f"there is no {service}:{operation}"]
    called: OperationModel = model(service).operation_model(operation)
    shape: Any = called.input_shape
    members = set(shape.members) if shape else set()
    required = set(shape.required_members) if shape else set()
    unknown = [f"{name} is no argument of {operation}" for name in sorted(set(arguments) - members)]
    return unknown + [f"{operation} needs {name}" for name in sorted(required - set(arguments))]


def of(workflow: str) -> dict[str, dict[str, Any]]:
    """Every state of a workflow by name."""
    return states(definition(workflow))


def retried_and_caught(workflow: str) -> set[str]:
    """All error names that the machine speaks of."""
    return {
        name
        for state in of(workflow).values()
        for rule in [*state.get("Retry", []), *state.get("Catch", [])]
        for name in rule["ErrorEquals"]
    }


def reads(variable: str, workflow: str = ROTATE_KEYS.name) -> set[str]:
    """The fields of a variable that the machine's expressions read."""
    text = json.dumps(of(workflow))
    return set(re.findall(rf"\${re.escape(variable)}\.(\w+)", text))


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "fault"),
    [
        ("redshift", "DescribeCluster", {}, "there is no redshift:DescribeCluster"),
        ("redshfit", "DescribeClusters", {}, "there is no redshfit:DescribeClusters"),
        ("redshift", "DescribeClusters", {"ClusterIdentifer": ""}, "ClusterIdentifer is no argument"),
        ("redshift", "RotateEncryptionKey", {}, "RotateEncryptionKey needs ClusterIdentifier"),
    ],
)
def test_a_call_that_aws_does_not_have_is_seen(
    service: str, operation: str, arguments: dict[str, Any], fault: str
) -> None:
    assert fault in argument_faults(service, operation, arguments)[0]


@pytest.mark.parametrize("workflow", CHECKED)
def test_every_call_of_the_machine_is_one_that_aws_has(workflow: str) -> None:
    called = {name: sdk_call(state) for name, state in of(workflow).items() if sdk_call(state)[0]}
    assert len(called) >= 5
    for name, (service, operation) in called.items():
        assert not argument_faults(service, operation, of(workflow)[name]["Arguments"]), name


@pytest.mark.parametrize("workflow", CHECKED)
def test_the_machine_itself_never_changes_anything(workflow: str) -> None:
    direct = {sdk_call(state) for state in of(workflow).values()} - {("", ""), ("lambda", "Invoke")}
    assert direct == {("redshift", "DescribeClusters")}


@pytest.mark.parametrize("workflow", CHECKED)
def test_the_fields_that_a_look_keeps_are_fields_of_the_answer(workflow: str) -> None:
    answered = model("redshift").shape_for("Cluster").members
    assert reads("c", workflow) <= set(answered)
    text = json.dumps(of(workflow))
    assert set(re.findall(r"\b(ApplyStatus|IamRole\w+)\b", text)) <= {
        "IamRoles",
        *model("redshift").shape_for("ClusterIamRole").members,
    }


@pytest.mark.parametrize("workflow", CHECKED)
def test_every_error_that_the_machine_handles_is_one_that_somebody_raises(workflow: str) -> None:
    for name in retried_and_caught(workflow):
        prefix, _, rest = name.partition(".")
        known = name in STATES_ERRORS | LAMBDA_ERRORS | {GONE} or (
            prefix == "Redshift" and rest in SDK_ERRORS
        )
        assert known or issubclass(getattr(errors, name), StewardError), name


def test_a_step_that_says_busy_is_tried_again() -> None:
    assert set(BUSY) <= retried_and_caught(ROTATE_KEYS.name)
    assert {getattr(errors, name) for name in BUSY} == {errors.ClusterBusy}


@pytest.mark.parametrize("workflow", CHECKED)
def test_the_errors_that_become_outcomes_are_those_that_the_machine_raises(workflow: str) -> None:
    text = json.dumps(of(workflow))
    assert f'"{DEADLINE}"' in text
    assert f'"{UNRECOVERABLE}"' in text


def test_a_missing_cluster_is_named_as_step_functions_names_it() -> None:
    (shape,) = (
        s for s in model("redshift").operation_model("DescribeClusters").error_shapes if "NotFound" in s.name
    )
    # the AWS SDK for Java, whose names the integrations use, ends exceptions with Exception, not with Fault
    assert "Redshift." + shape.name.removesuffix("Fault") + "Exception" == GONE


def test_every_status_that_redshift_documents_has_a_phase() -> None:
    text = model("redshift").shape_for("Cluster").members["ClusterStatus"].documentation
    documented = set(re.findall(r"<code>([^<]+)</code>", text))
    assert len(documented) >= 20
    assert documented <= set(PHASES)


def test_the_statuses_beyond_the_documented_are_those_seen_while_power_changes() -> None:
    text = model("redshift").shape_for("Cluster").members["ClusterStatus"].documentation
    assert set(PHASES) - set(re.findall(r"<code>([^<]+)</code>", text)) == {"pausing", "resuming"}


def test_the_rules_of_rotation_speak_of_every_phase() -> None:
    from steward.domain import preconditions  # noqa: PLC0415  # its source is what is looked at
    from steward.domain.rotate_keys import decide as rotation  # noqa: PLC0415  # its, too

    sources = inspect.getsource(rotation) + inspect.getsource(preconditions)
    told = set(re.findall(r"Phase\.([A-Z]+)", sources))
    assert {phase.name for phase in Phase} - told == {Phase.READY.name}, "ready is what no rule objects to"


@pytest.mark.parametrize("workflow", CHECKED)
def test_every_function_is_told_the_time_and_its_run(workflow: str) -> None:
    for name, state in of(workflow).items():
        if sdk_call(state)[0] == "lambda":
            payload = state["Arguments"]["Payload"]
            assert payload["now"] == "{% $states.context.State.EnteredTime %}", name
            assert payload["run"] in {"{% $run %}", "{% $child.run %}"}
