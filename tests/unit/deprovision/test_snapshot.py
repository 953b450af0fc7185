"""Snapshots: their names, and whether they prove that the data is safe."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.redshift.validation import check_snapshot_identifier
from steward.domain.deprovision.cluster_details import cluster_details_from_api
from steward.domain.deprovision.copies import copy_name, is_copy_name
from steward.domain.deprovision.plan import changes, hash_of, plan_of
from steward.domain.deprovision.planned_cluster import planned_cluster_from_item
from steward.domain.deprovision.snapshot import (
    FINAL,
    GUARD,
    evidence_of,
    is_ours,
    problems,
    snapshot_from_api,
    snapshot_name,
)
from steward.domain.errors import UnexpectedAnswer
from tests.support.deprovision_facts import HOUR, PLANNED, details, settings, snapshot
from tests.support.facts import CREATED, KEY, NAMESPACE, NOW


@pytest.mark.parametrize("run", ["run-1", "Run_1", "7f3a--x", "-a-", "é", "x" * 80, "2026-11-21T22:00:00Z"])
def test_names_of_snapshots_are_such_as_redshift_takes(run: str) -> None:
    for kind in (GUARD, FINAL):
        name = snapshot_name(kind, "a" * 63, run)
        check_snapshot_identifier(name)
        assert name == name.lower()


def test_names_are_the_same_on_every_retry_and_tell_cluster_kind_and_run() -> None:
    assert (
        snapshot_name(FINAL, "sales", "run-1")
        == snapshot_name(FINAL, "sales", "run-1")
        == "sales-final-run-1"
    )
    assert snapshot_name(GUARD, "sales", "run-1") != snapshot_name(FINAL, "sales", "run-1")
    assert len(snapshot_name(FINAL, "a" * 63, "y" * 300)) <= 255


def test_a_copys_name_fits_a_cluster_and_nothing_else_is_called_so() -> None:
    name = copy_name("sales", "arn:run")

    assert is_copy_name(name)
    assert len(name) <= 63
    assert name != copy_name("sales", "arn:other")
    assert not is_copy_name("sales")


def test_a_complete_manual_snapshot_of_this_very_cluster_is_proof() -> None:
    assert problems(snapshot(), PLANNED, 100_000, 30) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": "creating"}, "its status is creating, not available"),
        ({"status": ""}, "its status is missing, not available"),
        ({"kind": "automated"}, "its type is automated, not manual: Redshift would delete it automatically"),
        ({"kind": ""}, "its type is missing, not manual: Redshift would delete it automatically"),
        ({"cluster": "other"}, "it is of the cluster other"),
        (
            {"cluster_created_at": "2026-01-01T00:00:00Z"},
            "it is of a cluster created at 2026-01-01T00:00:00Z, not at 2025-03-01T08:00:00Z",
        ),
        (
            {"cluster_created_at": ""},
            "it is of a cluster created at an unknown moment, not at 2025-03-01T08:00:00Z",
        ),
        ({"encrypted": False}, "it is not encrypted, unlike the cluster"),
        ({"kms_key": "other"}, f"it is encrypted with the key other, not with {KEY}"),
        ({"size_mb": 0}, "it is empty: its size is 0 MB"),
        ({"size_mb": 49_999}, "it holds 49,999 MB, and an earlier one 100,000 MB"),
        ({"size_mb": 800_001}, "it holds 800,001 MB, more than the cluster's 800,000 MB"),
        ({"retention_days": 7}, "it is kept for 7 days, and the policy says for 30 days"),
        ({"retention_days": 1}, "it is kept for 1 day, and the policy says for 30 days"),
        ({"retention_days": -1}, "it is kept forever, and the policy says for 30 days"),
        ({"retention_days": None}, "it is kept for an unknown time, and the policy says for 30 days"),
    ],
)
def test_whatever_is_not_as_it_must_be_is_no_proof(changes: dict[str, Any], problem: str) -> None:
    assert problems(snapshot(**changes), PLANNED, 100_000, 30) == (problem,)


def test_of_a_restored_cluster_the_snapshot_may_say_when_the_original_was_created() -> None:
    original = {"cluster_created_at": "2024-01-01T00:00:00Z"}

    assert problems(snapshot(**original), PLANNED, 100_000, 30) == ()
    before = snapshot(**original, created_at=CREATED - timedelta(seconds=1))
    assert not before.is_of(PLANNED), "an earlier cluster had the name then"
    assert not snapshot(**original, created_at=None).is_of(PLANNED)


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = problems(snapshot(status="failed", encrypted=None, size_mb=0), PLANNED, 0, -1)

    assert len(wrong) == 4


def test_an_encrypted_snapshot_of_an_unencrypted_cluster_is_odd() -> None:
    plain = replace(PLANNED, encrypted=False, kms_key="")

    assert problems(snapshot(), plain, 0, 30) == ("it is encrypted, unlike the cluster",)


def test_a_size_is_plausible_where_nothing_is_known_to_compare_with() -> None:
    assert problems(snapshot(size_mb=1), replace(PLANNED, storage_mb=0), 0, 30) == ()


@pytest.mark.parametrize(
    ("changes", "called_at", "ours"),
    [
        ({}, NOW - HOUR, True),
        ({}, NOW - HOUR + timedelta(seconds=59), True),
        ({}, NOW - HOUR + timedelta(seconds=60), False),
        ({}, None, False),
        ({"created_at": None}, NOW - HOUR, False),
        ({"cluster": "other"}, NOW - HOUR, False),
        ({"cluster_created_at": "2026-01-01T00:00:00Z"}, NOW - HOUR, False),
        ({"cluster_created_at": "2024-01-01T00:00:00Z"}, NOW - HOUR, True),
        ({"kind": "automated"}, NOW - HOUR, False),
    ],
)
def test_a_snapshot_is_ours_if_it_is_of_this_cluster_and_not_older_than_our_call(
    changes: dict[str, Any], called_at: datetime | None, *, ours: bool
) -> None:
    assert is_ours(snapshot(**changes), PLANNED, called_at) is ours


def test_a_snapshot_is_read_from_redshifts_answer() -> None:
    observed = snapshot_from_api(
        {
            "SnapshotIdentifier": "analytics-guard-run",
            "Status": "available",
            "SnapshotType": "manual",
            "ClusterIdentifier": "analytics",
            "ClusterCreateTime": CREATED,
            "SnapshotCreateTime": NOW - HOUR,
            "Encrypted": True,
            "KmsKeyId": KEY,
            "TotalBackupSizeInMegaBytes": 120_000.0,
            "ManualSnapshotRetentionPeriod": 30,
            "SnapshotArn": snapshot().arn,
            "Tags": [{"Key": "retired-by", "Value": "steward"}, {}],
        }
    )

    assert observed == snapshot()
    assert evidence_of(observed)["created_at"] == "2026-11-21T20:00:00Z"


def test_what_an_answer_leaves_out_is_read_with_caution() -> None:
    observed = snapshot_from_api({"SnapshotIdentifier": "x"})

    assert (observed.status, observed.encrypted, observed.size_mb, observed.created_at) == ("", None, 0, None)
    assert not observed.is_done
    assert evidence_of(observed)["created_at"] == ""
    with pytest.raises(UnexpectedAnswer, match="without SnapshotIdentifier"):
        snapshot_from_api({})


def test_the_subject_survives_the_way_into_the_child_execution() -> None:
    assert planned_cluster_from_item(PLANNED.as_item()) == PLANNED


def test_a_warehouse_is_read_from_redshifts_answer() -> None:
    observed = cluster_details_from_api(
        {
            "ClusterIdentifier": "analytics",
            "ClusterNamespaceArn": NAMESPACE,
            "ClusterCreateTime": CREATED,
            "NodeType": "ra3.xlplus",
            "NumberOfNodes": 2,
            "LakehouseRegistrationStatus": "REGISTERED",
            "CatalogArn": "arn:catalog",
            "TotalStorageCapacityInMegaBytes": 800_000,
            "RestoreStatus": {"Status": "completed"},
            "ClusterSubnetGroupName": "own",
            "ClusterParameterGroups": [{"ParameterGroupName": "tuned"}],
        }
    )

    assert (observed.name, observed.node_type, observed.nodes, observed.storage_mb) == (
        "analytics",
        "ra3.xlplus",
        2,
        800_000,
    )
    assert observed.arn == "arn:aws:redshift:eu-central-1:123456789012:cluster:analytics"
    assert observed.created_at == "2025-03-01T08:00:00Z"
    assert observed.is_registered
    assert (observed.restore, observed.subnet_group, observed.parameter_groups) == (
        "completed",
        "own",
        ("tuned",),
    )
    bare = cluster_details_from_api({"ClusterIdentifier": "analytics"})
    assert (bare.created_at, bare.restore, bare.is_registered, bare.parameter_groups) == ("", "", False, ())


def test_a_plans_hash_changes_with_whatever_an_approver_relied_on() -> None:
    plain = plan_of(details(), settings())
    others = [
        plan_of(details(nodes=4), settings()),
        plan_of(details(node_type="ra3.4xlarge"), settings()),
        plan_of(details(namespace_arn="arn:aws:redshift:eu-central-1:123456789012:namespace:2"), settings()),
        plan_of(details(created_at=NOW), settings()),
        plan_of(details(kms_key="other"), settings()),
        plan_of(details(), settings(quarantine_seconds=3600)),
        plan_of(details(), settings(waived={"in_use": "why"})),
    ]

    hashes = {hash_of(plan) for plan in (plain, *others)}

    assert len(hashes) == 1 + len(others)
    assert hash_of(plan_of(details(tags={"a": "b"}), settings())) == hash_of(plain)
    assert hash_of(dict(reversed(plain.items()))) == hash_of(plain)
    assert hash_of(plain).startswith("sha256:")


def test_what_has_changed_is_told_in_words_and_once() -> None:
    plain = plan_of(details(), settings())
    other = plan_of(details(nodes=4, created_at=NOW, namespace_arn="a:b"), settings(rotate_first=True))

    observed = changes(plain, other)

    assert "its number of nodes was 2 and is 4" in observed
    assert "the policy" in observed
    assert observed.count("it is another cluster under the same name") == 1
    assert changes(plain, plain) == []
