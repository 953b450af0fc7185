"""Every reading of every knob, and every fault, has a test: found in the tests' own sources."""

from __future__ import annotations

import ast
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from local.faults import KillFunction, StopExecution
from local.fleet.schema import FleetFile
from local.redshift.behavior.faults import Fault, FaultKind
from local.redshift.behavior.knobs import KNOB_NAMES, Knobs

TESTS = Path(__file__).parents[2]
OF_REDSHIFT = sorted(
    {*(TESTS / "redshift").rglob("test_*.py"), *(TESTS / "iam").rglob("test_*.py")} - {Path(__file__)}
)
OF_PRODUCT = sorted((TESTS.parent / "workflows").rglob("test_*.py"))
OF_FAULTS = [*OF_REDSHIFT, TESTS / "faults/test_arming.py"]

DEFAULTS_TESTED_BY = {
    "final_snapshot_outcome": ("test_a_delete_with_final_snapshot_goes_through_final_snapshot_and_deleting"),
    "remove_default_role": "test_removing_the_default_role_is_refused",
    "removed_role_visibility": "test_a_removed_role_is_removing_and_then_gone",
    "resume_outcome": "test_a_cluster_is_pausing_then_paused_then_resuming_then_available",
    "role_change_availability": "test_a_role_is_adding_and_then_in_sync",
    "snapshot_outcome": "test_a_snapshot_is_creating_and_then_available",
}
"""Knobs whose default is what happens anyway: the test that sees it happen."""


@cache
def words(path: Path) -> dict[str, frozenset[str]]:
    """Test function → the literals, keywords and attributes in it and in its decorators, as text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {test.name: frozenset(_words(test)) for test in tests if test.name.startswith("test_")}


def _words(test: ast.FunctionDef) -> set[str]:
    names = {ast.Constant: "value", ast.keyword: "arg", ast.Attribute: "attr"}
    return {str(getattr(node, names[type(node)])) for node in ast.walk(test) if type(node) in names}


def is_tested(paths: list[Path], *wanted: str) -> bool:
    """Whether one test names all of the words, in literals of their own or within one."""
    return any(
        all(any(word in literal for literal in literals) for word in wanted)
        for path in paths
        for literals in words(path).values()
    )


def readings(knob: str) -> list[str]:
    """The values that a knob can have, if they can be counted; written as in a test."""
    schema = TypeAdapter(Knobs).json_schema()["properties"][knob]
    if schema.get("type") == "boolean":
        return ["True", "False"]
    return [str(value) for value in schema.get("enum", [])]


def test_readings_are_found_and_missed_where_they_are() -> None:
    assert readings("paused_delete") == ["reject", "allow"]
    assert readings("maintenance_extends_operations") == ["True", "False"]
    assert is_tested(OF_REDSHIFT, "paused_delete", "allow")
    assert not is_tested(OF_REDSHIFT, "paused_delete", "never heard of")


@pytest.mark.parametrize("knob", KNOB_NAMES)
def test_every_reading_of_a_knob_is_seen_by_a_test(knob: str) -> None:
    assert is_tested(OF_REDSHIFT, knob), "no test turns it"
    missing = [reading for reading in readings(knob) if not is_tested(OF_REDSHIFT, knob, reading)]

    if missing == [str(getattr(Knobs(), knob))] and knob in DEFAULTS_TESTED_BY:
        assert any(DEFAULTS_TESTED_BY[knob] in words(path) for path in OF_REDSHIFT)
    else:
        assert missing == []


UNKNOWNS_OF_AWS = (
    "aws_owned_key_shown_as",
    "namespace_arn_missing_while",
    "resize_info_lingers",
    "rotate_needs_kms",
    "snapshot_cluster_create_time",
    "tags_while_paused",
)

NOT_OF_THE_PRODUCT = {
    **dict.fromkeys(
        (
            "cancel_resize_duration",
            "create_duration",
            "modify_duration",
            "reboot_duration",
            "rename_duration",
        ),
        "the steward waits until a cluster is ready, whatever keeps it busy, and however long",
    ),
    **dict.fromkeys(
        ("final_snapshot_duration", "delete_duration", "restore_duration", "restore_streaming"),
        "its waits are tested with their defaults",
    ),
    **dict.fromkeys(
        ("role_duration", "lakehouse_duration"),
        "its waits are tested with their defaults",
    ),
    **dict.fromkeys(
        ("delete_response_status", "role_change_availability"), "the steward reads no status in an answer"
    ),
    **dict.fromkeys(
        ("disabled_key_rotation", "hsm_rotate_error", "unencrypted_rotate_error"),
        "the steward refuses such a cluster itself, and any other refusal is quoted, whatever its code",
    ),
    "zero_etl_delete": "an integration is a blocker, whatever Redshift would say",
    "maintenance_extends_operations": "a longer operation is a longer wait",
    "remove_default_role": "the default is cleared or moved first",
    "removing_roles_count": "removals settle before anything is added",
    "role_check": "switches local AWS's own check off",
    "roles_of_another_owner": "local AWS's demo plays it (local/fleets/demo.yaml)",
    "tags_while_busy": "the tag is written once the cluster is ready",
}
"""Knobs that no test of the workflows turns, each with the reason."""


def test_a_knob_is_turned_by_a_test_of_the_product_or_has_a_reason_why_not() -> None:
    text = "".join(path.read_text() for path in [*OF_PRODUCT, *(TESTS.parent / "support").glob("*.py")])
    turned = {knob for knob in KNOB_NAMES if f'"{knob}"' in text or f"{knob}=" in text}

    assert sorted({*KNOB_NAMES} - turned) == sorted(NOT_OF_THE_PRODUCT)


@pytest.mark.parametrize("knob", UNKNOWNS_OF_AWS)
def test_every_reading_of_what_nobody_knows_of_aws_is_seen_by_a_test_of_the_product(knob: str) -> None:
    assert is_tested(OF_PRODUCT, knob)
    assert [reading for reading in readings(knob) if not is_tested(OF_PRODUCT, knob, reading)] == []


KINDS = [*get_args(FaultKind), "kill function", "stop execution"]
FIELDS = sorted({field.name for kind in (Fault, KillFunction, StopExecution) for field in fields(kind)})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_is_seen_by_a_test(kind: str) -> None:
    assert is_tested(OF_FAULTS, kind, "times") or is_tested(OF_FAULTS, kind, "call")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_fault_is_seen_by_a_test(field: str) -> None:
    assert is_tested(OF_FAULTS, field)


@pytest.mark.parametrize("field", ["snapshot_quota", "deleted_cluster_snapshots"])
def test_every_reading_of_the_accounts_own_knobs_is_seen_by_a_test(field: str) -> None:
    schema: dict[str, Any] = FleetFile.model_json_schema()["properties"][field]

    assert is_tested(OF_REDSHIFT, field)
    assert [value for value in schema.get("enum", []) if not is_tested(OF_REDSHIFT, field, value)] == []
