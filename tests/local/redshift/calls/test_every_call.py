"""What is forgotten when a call is added fails here: name, IAM resource, error codes, refusals, a test."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from moto.core.utils import get_service_model

from local.cloudtrail.calls import READING
from local.redshift.api import resources
from local.redshift.api.registry import CALLS
from local.redshift.behavior.knobs import KNOB_NAMES
from local.redshift.state import operations
from local.redshift.state.operations import BY_STATUS, RESTORE, TAKE_FINAL_SNAPSHOT, Work

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

TESTS = Path(__file__).parents[1]
SOURCES = Path(__file__).parents[4] / "local" / "redshift" / "calls"
MODEL: Any = get_service_model("redshift")

JUDGED_BY = {
    "ClusterIdentifier": {resources.cluster, resources.snapshot_and_cluster, resources.new_snapshot},
    "SnapshotIdentifier": {resources.snapshots, resources.new_snapshot},
    "ResourceName": {resources.tag_target},
}
"""What IAM can judge a call by that requires a parameter (Service Authorization Reference, Redshift)."""

WITHOUT_RESOURCE_TYPE = {"ModifyLakehouseConfiguration"}
"""Calls that require a cluster, but whose IAM action has no resource type."""

CLUSTER = {"ClusterIdentifier": "dwh"}
TAGGED = {"ResourceName": "arn:aws:redshift:eu-central-1:123456789012:cluster:dwh"}
STATE = "InvalidClusterState"
TAKEN = "ClusterAlreadyExists"
NO_COPY = "SnapshotCopyAlreadyDisabledFault"

REFUSALS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "CancelResize": (CLUSTER, "ResizeNotFound", "ResizeNotFound"),
    "CreateCluster": (
        CLUSTER | {"NodeType": "ra3.large", "MasterUsername": "a", "ManageMasterPassword": True},
        TAKEN,
        TAKEN,
    ),
    "CreateClusterSnapshot": (CLUSTER | {"SnapshotIdentifier": "s"}, STATE, STATE),
    "CreateTags": (TAGGED | {"Tags": [{"Key": "a", "Value": "b"}]}, STATE, None),
    "DeleteCluster": (CLUSTER | {"SkipFinalClusterSnapshot": True}, STATE, STATE),
    "DeleteTags": (TAGGED | {"TagKeys": ["a"]}, None, None),
    "DisableSnapshotCopy": (CLUSTER, NO_COPY, NO_COPY),
    "EnableSnapshotCopy": (
        CLUSTER | {"DestinationRegion": "us-east-1", "SnapshotCopyGrantName": "g"},
        None,
        None,
    ),
    "ModifyCluster": (CLUSTER | {"NumberOfNodes": 4}, STATE, STATE),
    "ModifyClusterIamRoles": (CLUSTER, STATE, STATE),
    "ModifyClusterMaintenance": (
        CLUSTER | {"DeferMaintenance": True, "DeferMaintenanceDuration": 1},
        STATE,
        STATE,
    ),
    "ModifyClusterSnapshotSchedule": (CLUSTER | {"DisassociateSchedule": True}, None, None),
    "ModifyLakehouseConfiguration": (CLUSTER | {"LakehouseRegistration": "Register"}, STATE, STATE),
    "ModifySnapshotCopyRetentionPeriod": (
        CLUSTER | {"RetentionPeriod": 3},
        "SnapshotCopyDisabledFault",
        "SnapshotCopyDisabledFault",
    ),
    "PauseCluster": (CLUSTER, STATE, STATE),
    "RebootCluster": (CLUSTER, STATE, STATE),
    "ResizeCluster": (CLUSTER | {"NumberOfNodes": 4}, STATE, STATE),
    "RestoreFromClusterSnapshot": (CLUSTER | {"SnapshotIdentifier": "s"}, TAKEN, TAKEN),
    "ResumeCluster": (CLUSTER, STATE, None),
    "RotateEncryptionKey": (CLUSTER, STATE, STATE),
}
"""Changing calls: parameters, and the code that refuses them while a snapshot is taken and while paused.

None for calls that are accepted.
"""


def required(name: str) -> set[str]:
    shape = MODEL.operation_model(name).input_shape
    return set(shape.required_members) if shape is not None else set()


def changes_a_cluster(name: str) -> bool:
    return not READING.match(name) and bool(required(name) & {"ClusterIdentifier", "ResourceName"})


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_is_one_of_the_apis_and_its_handler_is_called_as_it_is(name: str) -> None:
    assert name in MODEL.operation_names
    assert CALLS[name].handler.__name__ == xform_name(name)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_iam_judges_a_call_by_the_resource_that_it_requires(name: str) -> None:
    possible = [JUDGED_BY[each] for each in required(name) & JUDGED_BY.keys()]
    if possible and name not in WITHOUT_RESOURCE_TYPE:
        assert any(CALLS[name].resource in each for each in possible), "see `resource=` at its handler"


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.py")), ids=lambda source: source.stem)
def test_a_call_answers_only_error_codes_that_its_model_has(source: Path) -> None:
    """Codes written in the call's file; InvalidParameterValue and its like have helpers of their own."""
    here = [name for name, each in CALLS.items() if each.handler.__module__.endswith(f".{source.stem}")]
    errors = [shape for name in here or CALLS for shape in MODEL.operation_model(name).error_shapes]
    modeled = {shape.metadata.get("error", {}).get("code", shape.name) for shape in errors}
    raised = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    literals = [
        node.args[0].value
        for node in raised
        if isinstance(node.func, ast.Name) and node.func.id == "RedshiftError"
        if isinstance(node.args[0], ast.Constant)
    ]
    assert set(literals) <= modeled


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_call_is_made_by_a_test(name: str) -> None:
    """Through boto3, whose every answer is checked against the model; or by name, for parametrized tests."""
    texts = [path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    python_name = xform_name(name)
    tested = any(f".{python_name}(" in text or f'"{python_name}"' in text for text in texts)
    assert tested, f"no test calls {python_name}: add tests/local/redshift/calls/test_{python_name}.py"


@pytest.mark.parametrize("name", [name for name in sorted(CALLS) if changes_a_cluster(name)])
@pytest.mark.parametrize("state", ["busy", "paused"])
def test_every_changing_call_is_refused_as_the_table_says(env: RedshiftEnv, name: str, state: str) -> None:
    assert name in REFUSALS, f"add to REFUSALS what {name} answers for a busy and for a paused cluster"
    parameters, busy, paused = REFUSALS[name]
    env.create()
    if state == "busy":
        env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="running")
    else:
        env.redshift.pause_cluster(ClusterIdentifier="dwh")
        env.advance(3600)
    code = busy if state == "busy" else paused
    if code is None:
        getattr(env.redshift, xform_name(name))(**parameters)
    else:
        assert env.error(xform_name(name), **parameters)[0] == code


@pytest.mark.parametrize("work", [each for each in vars(operations).values() if isinstance(each, Work)])
def test_an_operation_has_its_knob_and_fleet_files_can_begin_in_it(work: Work) -> None:
    assert work.duration in KNOB_NAMES
    if work.status is not None and work not in {RESTORE, TAKE_FINAL_SNAPSHOT}:
        assert BY_STATUS[work.status] == work
