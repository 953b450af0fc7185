"""Every question of an acceptance run, by subject, and those that no run can settle."""

from datetime import timedelta

from cli.accept.facts import Basis, Fact, Value

DOCUMENTED, OBSERVED, INFERRED, UNKNOWN = Basis
STATE = "InvalidClusterState"
CODES = ("UnsupportedOperation", "InvalidParameterValue")


def _reading(subject: str, name: str, basis: Basis, expected: Value, *others: Value, asks: str) -> Fact:
    """A question with a knob of local AWS, which can be set to any of the readings."""
    return Fact(name, subject, asks, basis, expected, readings=others)


def _word(subject: str, name: str, basis: Basis, expected: Value, *, asks: str) -> Fact:
    """A question for which local AWS has no knob, only an assumption."""
    return Fact(name, subject, asks, basis, expected)


def _length(subject: str, name: str, basis: Basis, hours: float, *, asks: str) -> Fact:
    """How long something takes, and for how long the steward is prepared."""
    return Fact(name, subject, asks, basis, at_most=timedelta(hours=hours), is_knob=True)


CREATION = (
    _length("creation", "create_duration", INFERRED, 1, asks="How long is a new cluster creating?"),
    _reading(
        *("creation", "aws_owned_key_shown_as", UNKNOWN, "arn", "absent", "empty", "AWS_OWNED_KMS_KEY"),
        asks="What is KmsKeyId of a cluster for which no key was named?",
    ),
    Fact(
        *("namespace_arn_missing_while", "creation", "In which statuses is ClusterNamespaceArn missing?"),
        *(UNKNOWN, ()),
        is_knob=True,
    ),
    _word(
        *("creation", "availability_while_creating", OBSERVED, "Modifying"),
        asks="What is ClusterAvailabilityStatus while the cluster is creating?",
    ),
)

HISTORY = (
    _word(
        *("history", "change_in_event_history", DOCUMENTED, "with the caller"),
        asks="Does CloudTrail's event history name who tagged a cluster?",
    ),
    Fact(
        *("event_history_delay", "history", "How long after a call does CloudTrail's event history have it?"),
        DOCUMENTED,
        at_most=timedelta(minutes=15),
    ),
)

CHANGES = (
    _length(
        *("rotation", "describe_lag", OBSERVED, 1 / 60),
        asks="How long do describes still show the state before an operation?",
    ),
    _length(
        *("rotation", "post_op_busy_tail", OBSERVED, 0.25),
        asks="How long does an available cluster still refuse changes?",
    ),
)

ROTATION = (
    _length("rotation", "rotate_duration", UNKNOWN, 6, asks="How long does a key rotation last?"),
    _word(
        *("rotation", "rotate_response_status", DOCUMENTED, "rotating-keys"),
        asks="Which ClusterStatus does the answer to RotateEncryptionKey show?",
    ),
    _word(
        *("rotation", "rotate_while_rotating", INFERRED, STATE),
        asks="What does a second rotation answer while the first one runs?",
    ),
    _reading(
        *("rotation", "tags_while_busy", UNKNOWN, "reject", "allow"),
        asks="Does a cluster take tags while its keys are rotated?",
    ),
    _word("rotation", "rotation_event", INFERRED, "none", asks="Does DescribeEvents tell of a rotation?"),
    _word(
        *("rotation", "key_after_rotation", INFERRED, "unchanged"),
        asks="Does a rotation change the cluster's KmsKeyId?",
    ),
)

ROLES = (
    _length(
        *("roles", "role_propagation_delay", OBSERVED, 2 / 60),
        asks="How long is a new role refused as not trusting Redshift?",
    ),
    _length("roles", "role_duration", INFERRED, 0.5, asks="How long is a role adding or removing?"),
    _reading(
        *("roles", "role_change_availability", INFERRED, "Modifying", "Available"),
        asks="What is ClusterAvailabilityStatus while roles change?",
    ),
    _reading(
        *("roles", "add_existing_role", UNKNOWN, "ignore", "InvalidParameterValue"),
        asks="What does adding a role answer that is there?",
    ),
    _reading(
        *("roles", "remove_absent_role", UNKNOWN, "ignore", "InvalidParameterValue"),
        asks="What does removing a role answer that is not there?",
    ),
    _reading(
        *("roles", "remove_default_role", UNKNOWN, "reject", "clear"),
        asks="What happens when the default role is removed?",
    ),
    _reading(
        *("roles", "removed_role_visibility", DOCUMENTED, "removing", "gone"),
        asks="Is a removed role listed for a while, or gone at once?",
    ),
    _word("roles", "role_event", INFERRED, "none", asks="Does DescribeEvents tell of a change of roles?"),
)

SNAPSHOT = (
    _length("snapshot", "snapshot_duration", OBSERVED, 1, asks="How long is a manual snapshot creating?"),
    _word(
        *("snapshot", "snapshot_id_of_any_case", DOCUMENTED, "same"),
        asks="Is a snapshot found by its name in capitals?",
    ),
)

PAUSE = (
    _length("pause", "pause_duration", DOCUMENTED, 0.5, asks="How long does pausing take?"),
    _length("pause", "resume_duration", DOCUMENTED, 1, asks="How long does resuming take?"),
    Fact(
        *("pausing_status", "pause", "What is ClusterStatus while the cluster is pausing?"),
        *(UNKNOWN, "pausing"),
        is_knob=True,
    ),
    Fact(
        *("resuming_status", "pause", "What is ClusterStatus while the cluster is resuming?"),
        *(UNKNOWN, "resuming"),
        is_knob=True,
    ),
    _reading(
        *("pause", "tags_while_paused", UNKNOWN, "allow", "reject"),
        asks="Does a paused cluster take tags?",
    ),
    _word(
        "pause", "rotate_while_paused", INFERRED, STATE, asks="What does rotating a paused cluster answer?"
    ),
    _word(
        *("pause", "snapshot_while_paused", DOCUMENTED, STATE),
        asks="What does a snapshot of a paused cluster answer?",
    ),
)

DELETION = (
    _word(
        *("deletion", "delete_without_choice", INFERRED, "InvalidParameterCombination"),
        asks="What does DeleteCluster answer that neither skips nor names a final snapshot?",
    ),
    _reading(
        *("deletion", "delete_response_status", UNKNOWN, "final-snapshot", "deleting", "available"),
        asks="Which ClusterStatus does DeleteCluster's answer show when a final snapshot is taken?",
    ),
    _reading(
        *("deletion", "repeated_delete_error", UNKNOWN, "ClusterSnapshotAlreadyExists", STATE),
        asks="What does the same DeleteCluster answer while the first is under way?",
    ),
    _reading(
        *("deletion", "final_snapshot_status", DOCUMENTED, "final snapshot", "creating"),
        asks="What is a final snapshot's Status while it is taken?",
    ),
    _reading(
        *("deletion", "final_snapshot_tags", UNKNOWN, "none", "copied"),
        asks="Does a final snapshot carry the cluster's tags?",
    ),
    _reading(
        *("deletion", "final_snapshot_outcome", INFERRED, "ok", "failed", "cancelled"),
        asks="How did the final snapshot end?",
    ),
    _length(
        *("deletion", "final_snapshot_duration", UNKNOWN, 12),
        asks="How long is a cluster in final-snapshot?",
    ),
    _length("deletion", "delete_duration", OBSERVED, 2, asks="How long is a cluster deleting?"),
    _word(
        *("deletion", "final_snapshot_events", OBSERVED, "2012, 3005"),
        asks="Which events tell of a final snapshot?",
    ),
    _word(
        *("deletion", "deleted_event", DOCUMENTED, "2001"),
        asks="Which event tells of the deletion?",
    ),
    _reading(
        *("deletion", "deleted_cluster_snapshots", UNKNOWN, "ClusterNotFound", "list"),
        asks="What does DescribeClusterSnapshots answer for a cluster that is gone?",
    ),
)

RESTORE = (
    _length("restore", "restore_duration", INFERRED, 3, asks="How long is a restored cluster creating?"),
    _length(
        *("restore", "restore_streaming", OBSERVED, 6),
        asks="How long is RestoreStatus not completed once the cluster is available?",
    ),
    _reading(
        *("restore", "snapshot_cluster_create_time", UNKNOWN, "cluster", "original"),
        asks="Whose ClusterCreateTime do snapshots of a restored cluster show?",
    ),
)

KEYS = (
    _reading(
        *("keys", "rotate_needs_kms", UNKNOWN, False, True),
        asks="Does rotating under a customer's key need KMS permissions of its caller?",
    ),
    _reading(
        *("keys", "disabled_key_rotation", UNKNOWN, STATE, "UnsupportedOperation", "not-rotated"),
        asks="What does rotating answer while the KMS key is disabled?",
    ),
)

ENCRYPTION = (
    _length("encryption", "resize_duration", OBSERVED, 12, asks="How long does removing encryption take?"),
    _reading(
        *("encryption", "resize_info_lingers", UNKNOWN, False, True),
        asks="Does ResizeInfo stay after the change is over?",
    ),
    _reading(
        *("encryption", "unencrypted_rotate_error", UNKNOWN, STATE, *CODES),
        asks="What does rotating the keys of an unencrypted cluster answer?",
    ),
)

PAUSED_DELETION = (
    _reading(
        *("paused-deletion", "paused_delete", UNKNOWN, "reject", "allow"),
        asks="Can a paused cluster be deleted?",
    ),
)

DEPLOYMENT = (
    _word(
        *("deployment", "approvals_url", DOCUMENTED, "answers"),
        asks="Does the approvals' Function URL answer a signed call?",
    ),
    _word(
        *("deployment", "approvals_url_unsigned", DOCUMENTED, "refused"),
        asks="What becomes of an unsigned call of that URL?",
    ),
    _word(
        *("deployment", "untagged_deletions", DOCUMENTED, "nobody"),
        asks="Which functions may delete a cluster without the approval tag, as IAM's simulator says?",
    ),
    _word(
        *("deployment", "snapshot_deletions", DOCUMENTED, "nobody"),
        asks="Which functions may delete a snapshot, as IAM's simulator says?",
    ),
)

SCHEDULE = (
    Fact(
        *("schedule_lateness", "schedule", "How late does EventBridge Scheduler fire a one-time schedule?"),
        DOCUMENTED,
        at_most=timedelta(minutes=2),
    ),
)

WORKFLOWS = (
    _word(
        *("workflows", "calls_in_history", DOCUMENTED, "whole"),
        asks="Does an execution's history hold the whole call of a function, however long?",
    ),
    Fact(
        *("call_history_delay", "workflows", "How late does the history show a call to the function called?"),
        INFERRED,
        at_most=timedelta(seconds=30),  # all but one in a hundred series of eight retries take longer
    ),
    _word(
        *("workflows", "rotate_keys_run", INFERRED, "rotated"),
        asks="How does a run of the deployed rotate-keys end for the cluster?",
    ),
    _word(
        *("workflows", "sync_roles_run", INFERRED, "as declared"),
        asks="How does a run of the deployed sync-roles end for the cluster?",
    ),
    _word(
        *("workflows", "deprovision_plan", INFERRED, "planned"),
        asks="How does a dry run of the deployed deprovision end?",
    ),
)

ACCOUNT = (
    Fact(
        *("snapshot_quota", "account", "How many manual snapshots may the account have in the Region?"),
        *(DOCUMENTED, 20),
        is_knob=True,
    ),
)

FACTS: tuple[Fact, ...] = (
    *(*ACCOUNT, *DEPLOYMENT, *SCHEDULE),
    *(*CREATION, *HISTORY, *ROTATION, *CHANGES, *ROLES, *SNAPSHOT, *PAUSE, *WORKFLOWS, *DELETION),
    *(*RESTORE, *KEYS, *ENCRYPTION, *PAUSED_DELETION),
)
BY_ID = {fact.id: fact for fact in FACTS}

NOT_SETTLED = {
    "busy_after_first_call": "happens to a cluster at times; no call brings it about",
    "cancel_resize_duration": "the steward cancels no resize",
    "hsm_rotate_error": "clusters with a hardware security module can no longer be created",
    "kms_throttled_rotations": "needs many clusters under one key",
    "lakehouse_duration": "needs a catalog of Lake Formation",
    "maintenance": "a run keeps away from the maintenance window",
    "maintenance_extends_operations": "a run keeps away from the maintenance window",
    "modify_duration": "the steward makes no such change",
    "reboot_duration": "the steward reboots no cluster",
    "removing_roles_count": "needs fifty roles",
    "rename_duration": "the steward renames no cluster",
    "resume_outcome": "a lack of capacity cannot be brought about",
    "role_check": "is about local AWS alone",
    "roles_of_another_owner": "is about what others do",
    "snapshot_outcome": "a failure cannot be brought about",
    "stuck_roles": "happens to a role at times; no call brings it about",
    "zero_etl_delete": "needs a source database with an integration",
}
"""Knobs of what no run settles, each with the reason."""
