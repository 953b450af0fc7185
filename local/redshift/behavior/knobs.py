"""How one cluster behaves: every duration, every outcome, both readings of every fact that is not settled.

Defaults are what AWS documents or what was observed there. Where sources contradict each other or nobody
knows, the knob's text says so, and each reading has its test.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from local.redshift.behavior.durations import Duration, duration

Reading = Literal["ignore", "InvalidParameterValue"]
SnapshotOutcome = Literal["ok", "failed", "cancelled"]
StateError = Literal["InvalidClusterState", "UnsupportedOperation", "InvalidParameterValue"]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Knobs:
    """The behaviour of one cluster.

    A `Duration` is fixed, drawn between two bounds, or ``forever`` for an operation that never ends.
    """

    create_duration: Annotated[Duration, Field(description="How long a new cluster is `creating`.")] = (
        duration("5 minutes")
    )
    rotate_duration: Annotated[
        Duration, Field(description="How long a key rotation lasts. AWS names no duration; budget hours.")
    ] = duration("10 minutes")
    modify_duration: Annotated[Duration, Field(description="How long a cluster is `modifying`.")] = duration(
        "5 minutes"
    )
    rename_duration: Annotated[Duration, Field(description="How long a cluster is `renaming`.")] = duration(
        "3 minutes"
    )
    resize_duration: Annotated[
        Duration, Field(description="How long a cluster is `resizing`: other nodes, or other encryption.")
    ] = duration("15 minutes")
    cancel_resize_duration: Annotated[
        Duration, Field(description="How long a cluster is `cancelling-resize`.")
    ] = duration("2 minutes")
    reboot_duration: Annotated[Duration, Field(description="How long a cluster is `rebooting`.")] = duration(
        "3 minutes"
    )
    pause_duration: Annotated[
        Duration,
        Field(description="How long pausing takes; about 15 minutes at most, says the Management Guide."),
    ] = duration("8 minutes")
    resume_duration: Annotated[Duration, Field(description="How long resuming takes.")] = duration(
        "5 minutes"
    )
    snapshot_duration: Annotated[
        Duration, Field(description="How long a snapshot is `creating` (observed: 4 minutes on average).")
    ] = duration("4 minutes")
    final_snapshot_duration: Annotated[
        Duration, Field(description="How long a cluster is in `final-snapshot`.")
    ] = duration("4 minutes")
    delete_duration: Annotated[
        Duration, Field(description="How long a cluster is `deleting` (observed: 5 to 10 minutes).")
    ] = duration("7 minutes")
    restore_duration: Annotated[Duration, Field(description="How long a restored cluster is `creating`.")] = (
        duration("10 minutes")
    )
    restore_streaming: Annotated[
        Duration, Field(description="How long a restored, `available` cluster still refuses resizes.")
    ] = duration("5 minutes")
    role_duration: Annotated[Duration, Field(description="How long a role is `adding` or `removing`.")] = (
        duration("1 minute")
    )
    lakehouse_duration: Annotated[
        Duration, Field(description="How long a lakehouse (de)registration takes (observed: 1 to 2 minutes).")
    ] = duration("90 seconds")

    describe_lag: Annotated[
        Duration, Field(description="How long describes still show the state before an operation began.")
    ] = duration("0 to 10 seconds")
    post_op_busy_tail: Annotated[
        Duration,
        Field(description="How long an `available` cluster still refuses changes after an operation."),
    ] = duration("30 to 120 seconds")
    busy_after_first_call: Annotated[
        Duration,
        Field(description="From the first changing call on, refuse changes this long although `available`."),
    ] = duration("0 seconds")

    unencrypted_rotate_error: Annotated[
        StateError, Field(description="What rotating the keys of an unencrypted cluster answers (unknown).")
    ] = "InvalidClusterState"
    hsm_rotate_error: Annotated[
        Literal["UnsupportedOperation", "InvalidClusterState"],
        Field(description="What rotating the keys of a cluster with an HSM answers (unknown)."),
    ] = "UnsupportedOperation"
    disabled_key_rotation: Annotated[
        Literal["InvalidClusterState", "UnsupportedOperation", "not-rotated"],
        Field(
            description="A rotation whose KMS key is not enabled (unknown): refused with this code, or "
            "accepted and over without anything having been rotated."
        ),
    ] = "InvalidClusterState"
    kms_throttled_rotations: Annotated[
        int, Field(ge=0, description="How many rotations KMS throttles before one gets through.")
    ] = 0

    paused_delete: Annotated[
        Literal["reject", "allow"],
        Field(
            description="Deleting a paused cluster: the Management Guide implies allow, "
            "apache/airflow#68922 saw reject."
        ),
    ] = "reject"
    zero_etl_delete: Annotated[
        Literal["reject", "allow"],
        Field(description="Deleting the target of zero-ETL integrations: documentation once forbade it."),
    ] = "reject"
    pausing_status: Annotated[str, Field(description="ClusterStatus while pausing (undocumented).")] = (
        "pausing"
    )
    resuming_status: Annotated[str, Field(description="ClusterStatus while resuming (undocumented).")] = (
        "resuming"
    )
    resume_outcome: Annotated[
        Literal["ok", "InsufficientClusterCapacity"], Field(description="What resuming answers.")
    ] = "ok"
    tags_while_busy: Annotated[
        Literal["reject", "allow"],
        Field(description="CreateTags while an operation runs (unknown; InvalidClusterState is modelled)."),
    ] = "reject"

    snapshot_outcome: Annotated[SnapshotOutcome, Field(description="How manual snapshots end.")] = "ok"
    final_snapshot_outcome: Annotated[
        SnapshotOutcome,
        Field(
            description="How the final snapshot ends; if not `ok`, the cluster stays, `available` (inferred)."
        ),
    ] = "ok"
    final_snapshot_status: Annotated[
        Literal["final snapshot", "creating"],
        Field(description="The final snapshot's Status while it is taken (both are documented)."),
    ] = "final snapshot"
    final_snapshot_tags: Annotated[
        Literal["copied", "none"], Field(description="Whether it carries the cluster's tags (unknown).")
    ] = "none"
    repeated_delete_error: Annotated[
        Literal["ClusterSnapshotAlreadyExists", "InvalidClusterState"],
        Field(description="What the same DeleteCluster answers while the first is under way (unknown)."),
    ] = "ClusterSnapshotAlreadyExists"
    delete_response_status: Annotated[
        Literal["final-snapshot", "deleting", "available"],
        Field(
            description="ClusterStatus in DeleteCluster's answer when a final snapshot is taken (unknown)."
        ),
    ] = "final-snapshot"

    remove_default_role: Annotated[
        Literal["reject", "clear"], Field(description="Removing the role that is the default (unknown).")
    ] = "reject"
    removed_role_visibility: Annotated[
        Literal["removing", "gone"],
        Field(description="A removed role: listed for a while, or gone at once (both documented)."),
    ] = "removing"
    add_existing_role: Annotated[Reading, Field(description="Adding a role that is there (unknown).")] = (
        "ignore"
    )
    remove_absent_role: Annotated[
        Reading, Field(description="Removing a role that is not there (unknown).")
    ] = "ignore"
    removing_roles_count: Annotated[
        bool, Field(description="Whether roles being removed count towards the quota (unknown).")
    ] = True
    role_change_availability: Annotated[
        Literal["Modifying", "Available"],
        Field(description="ClusterAvailabilityStatus while roles change (inferred)."),
    ] = "Modifying"
    role_propagation_delay: Annotated[
        Duration,
        Field(
            description="How long a role, first asked for, is refused as not trusting Redshift (observed)."
        ),
    ] = duration("0 seconds")
    role_check: Annotated[
        Literal["iam", "none"],
        Field(description="Whether added roles must exist in local IAM and trust Redshift."),
    ] = "iam"
    roles_of_another_owner: Annotated[
        tuple[str, ...],
        Field(description="Role names that somebody else adds while the first change of roles settles."),
    ] = ()
    stuck_roles: Annotated[
        tuple[str, ...], Field(description="Role names (patterns) that stay `adding` for ever.")
    ] = ()

    maintenance: Annotated[
        Literal["active", "quiet"],
        Field(
            description="Whether ClusterAvailabilityStatus is `Maintenance` inside the maintenance window."
        ),
    ] = "active"
    maintenance_extends_operations: Annotated[
        bool,
        Field(
            description="Whether an operation stands still while the maintenance window is open (unknown)."
        ),
    ] = False


KNOB_NAMES = tuple(sorted(field.name for field in fields(Knobs)))
"""All knobs by name, for error messages and for the documentation."""
