"""How one cluster behaves: every duration, every outcome, both readings of every fact that is not settled.

Defaults are what AWS documents or what was observed there. Where sources contradict each other or there
is none, the knob's text says so, and each reading has its test.
"""

from dataclasses import fields
from typing import Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from local.redshift.behavior.durations import Duration
from local.redshift.behavior.options import option, time_option

Reading = Literal["ignore", "InvalidParameterValue"]
SnapshotOutcome = Literal["ok", "failed", "cancelled"]
StateError = Literal["InvalidClusterState", "UnsupportedOperation", "InvalidParameterValue"]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Knobs:
    """The behavior of one cluster.

    A `Duration` is fixed, drawn between two bounds, or ``forever`` for an operation that never ends.
    """

    create_duration: Duration = time_option("5 minutes", "How long a new cluster is `creating`.")
    rotate_duration: Duration = time_option(
        "10 minutes", "How long a key rotation lasts. AWS names no duration; budget hours."
    )
    modify_duration: Duration = time_option("5 minutes", "How long a cluster is `modifying`.")
    rename_duration: Duration = time_option("3 minutes", "How long a cluster is `renaming`.")
    resize_duration: Duration = time_option(
        "15 minutes", "How long a cluster is `resizing`: other nodes, or other encryption."
    )
    cancel_resize_duration: Duration = time_option("2 minutes", "How long a cluster is `cancelling-resize`.")
    reboot_duration: Duration = time_option("3 minutes", "How long a cluster is `rebooting`.")
    pause_duration: Duration = time_option(
        "8 minutes", "How long pausing takes; about 15 minutes at most, says the Management Guide."
    )
    resume_duration: Duration = time_option("5 minutes", "How long resuming takes.")
    snapshot_duration: Duration = time_option(
        "4 minutes", "How long a snapshot is `creating` (observed: 4 minutes on average)."
    )
    final_snapshot_duration: Duration = time_option("4 minutes", "How long a cluster is in `final-snapshot`.")
    delete_duration: Duration = time_option(
        "7 minutes", "How long a cluster is `deleting` (observed: 5 to 10 minutes)."
    )
    restore_duration: Duration = time_option("10 minutes", "How long a restored cluster is `creating`.")
    restore_streaming: Duration = time_option(
        "5 minutes", "How long a restored, `available` cluster still refuses resizes."
    )
    role_duration: Duration = time_option("1 minute", "How long a role is `adding` or `removing`.")
    lakehouse_duration: Duration = time_option(
        "90 seconds", "How long a lakehouse (de)registration takes (observed: 1 to 2 minutes)."
    )

    describe_lag: Duration = time_option(
        "0 to 10 seconds", "How long describes still show the state before an operation began."
    )
    post_op_busy_tail: Duration = time_option(
        "30 to 120 seconds", "How long an `available` cluster still refuses changes after an operation."
    )
    busy_after_first_call: Duration = time_option(
        "0 seconds", "From the first changing call on, refuse changes this long although `available`."
    )

    unencrypted_rotate_error: StateError = option(
        "InvalidClusterState", "What rotating the keys of an unencrypted cluster answers (unknown)."
    )
    hsm_rotate_error: Literal["UnsupportedOperation", "InvalidClusterState"] = option(
        "UnsupportedOperation", "What rotating the keys of a cluster with an HSM answers (unknown)."
    )
    disabled_key_rotation: Literal["InvalidClusterState", "UnsupportedOperation", "not-rotated"] = option(
        "InvalidClusterState",
        "A rotation whose KMS key is not enabled (unknown): refused with this code, or "
        "accepted and over without anything having been rotated.",
    )
    rotate_needs_kms: bool = option(
        default=False,
        description="Whether rotating under a customer's key needs the KMS permissions that a restore needs "
        "(unknown); without them, DependentServiceAccessDenied.",
    )
    aws_owned_key_shown_as: Literal["arn", "absent", "empty", "AWS_OWNED_KMS_KEY"] = option(
        "arn", "KmsKeyId of a cluster for which no key was named (unknown)."
    )
    kms_throttled_rotations: int = option(
        0, "How many rotations KMS throttles before one gets through.", ge=0
    )

    paused_delete: Literal["reject", "allow"] = option(
        "reject",
        "Deleting a paused cluster: the Management Guide implies allow, apache/airflow#68922 saw reject.",
    )
    zero_etl_delete: Literal["reject", "allow"] = option(
        "reject", "Deleting the target of zero-ETL integrations: documentation once forbade it."
    )
    pausing_status: str = option("pausing", "ClusterStatus while pausing (undocumented).")
    resuming_status: str = option("resuming", "ClusterStatus while resuming (undocumented).")
    resume_outcome: Literal["ok", "InsufficientClusterCapacity"] = option("ok", "What resuming answers.")
    tags_while_busy: Literal["reject", "allow"] = option(
        "reject", "CreateTags while an operation runs (unknown; InvalidClusterState is modeled)."
    )

    tags_while_paused: Literal["reject", "allow"] = option(
        "allow", "CreateTags on a paused cluster (unknown)."
    )
    namespace_arn_missing_while: tuple[str, ...] = option(
        (), "Statuses in which ClusterNamespaceArn is missing (unknown whether there are any)."
    )
    snapshot_cluster_create_time: Literal["cluster", "original"] = option(
        "cluster",
        "ClusterCreateTime in snapshots of a restored cluster: the cluster's own, or the original's, as the "
        "API reference says of snapshots (unknown).",
    )
    resize_info_lingers: bool = option(
        default=False, description="Whether ResizeInfo stays after a resize is over (unknown)."
    )

    snapshot_outcome: SnapshotOutcome = option("ok", "How manual snapshots end.")
    final_snapshot_outcome: SnapshotOutcome = option(
        "ok", "How the final snapshot ends; if not `ok`, the cluster stays, `available` (inferred)."
    )
    final_snapshot_status: Literal["final snapshot", "creating"] = option(
        "final snapshot", "The final snapshot's Status while it is taken (both are documented)."
    )
    final_snapshot_tags: Literal["copied", "none"] = option(
        "none", "Whether it carries the cluster's tags (unknown)."
    )
    repeated_delete_error: Literal["ClusterSnapshotAlreadyExists", "InvalidClusterState"] = option(
        "ClusterSnapshotAlreadyExists",
        "What the same DeleteCluster answers while the first is under way (unknown).",
    )
    delete_response_status: Literal["final-snapshot", "deleting", "available"] = option(
        "final-snapshot", "ClusterStatus in DeleteCluster's answer when a final snapshot is taken (unknown)."
    )

    remove_default_role: Literal["reject", "clear"] = option(
        "reject", "Removing the role that is the default (unknown)."
    )
    removed_role_visibility: Literal["removing", "gone"] = option(
        "removing", "A removed role: listed for a while, or gone at once (both documented)."
    )
    add_existing_role: Reading = option("ignore", "Adding a role that is there (unknown).")
    remove_absent_role: Reading = option("ignore", "Removing a role that is not there (unknown).")
    removing_roles_count: bool = option(
        default=True, description="Whether roles being removed count towards the quota (unknown)."
    )
    role_change_availability: Literal["Modifying", "Available"] = option(
        "Modifying", "ClusterAvailabilityStatus while roles change (inferred)."
    )
    role_propagation_delay: Duration = time_option(
        "0 seconds", "How long a role, first asked for, is refused as not trusting Redshift (observed)."
    )
    role_check: Literal["iam", "none"] = option(
        "iam", "Whether added roles must exist in local IAM and trust Redshift."
    )
    roles_of_another_owner: tuple[str, ...] = option(
        (), "Role names that another owner adds while the first change of roles settles."
    )
    stuck_roles: tuple[str, ...] = option((), "Role names (patterns) that stay `adding` forever.")

    maintenance: Literal["active", "quiet"] = option(
        "active", "Whether ClusterAvailabilityStatus is `Maintenance` inside the maintenance window."
    )
    maintenance_extends_operations: bool = option(
        default=False,
        description="Whether an operation stands still while the maintenance window is open (unknown).",
    )


KNOB_NAMES = tuple(sorted(field.name for field in fields(Knobs)))
"""All knobs by name, for error messages and for the documentation."""
