"""Sabotages of what is done to a cluster: deletion, rotation, roles, protection."""

from __future__ import annotations

from tests.sabotage.catalog.sabotage import ADAPTERS, AGAINST_AWS, DEPROVISION, DOMAIN, STEPS, UNIT, Sabotage

CLUSTER_CHANGES = (
    # 1: never without a final snapshot
    Sabotage(
        1,
        "DeleteCluster skips the final snapshot",
        f"{ADAPTERS}/deletion.py",
        "SkipFinalClusterSnapshot=False,",
        "SkipFinalClusterSnapshot=True,",
        (
            f"{AGAINST_AWS}/deprovision/test_deletion_calls.py::test_a_cluster_of_the_fleet_is_never_deleted_without_its_final_snapshot",
        ),
    ),
    Sabotage(
        1,
        "any cluster is removed like a restore test's copy",
        f"{ADAPTERS}/deletion.py",
        "if not is_copy_name(copy):",
        "if not copy:",
        (
            f"{AGAINST_AWS}/deprovision/test_deletion_calls.py::test_only_a_restore_tests_copy_is_deleted_without_one",
        ),
    ),
    # 2: a verified snapshot, truly
    Sabotage(
        2,
        "a final snapshot that fails verification is reported as proof",
        f"{DEPROVISION}/stages/final_snapshot.py",
        "    if wrong:\n",
        "    if not wrong and wrong:\n",
        (f"{UNIT}/deprovision/test_final_snapshot.py",),
    ),
    Sabotage(
        2,
        "resumes count only once the run has seen the cluster paused",
        f"{DEPROVISION}/stages/quarantine.py",
        'return progress.moment("quarantine", "watched_from") or quarantine_start(progress)',
        "return quarantine_start(progress)",
        ("tests/workflows/deprovision/test_who_still_wants_it.py",),
    ),
    Sabotage(
        2,
        "the size of a snapshot is not checked",
        f"{DEPROVISION}/snapshot.py",
        "        *_size_problem(snapshot, planned_cluster, least_mb),\n",
        "",
        (f"{UNIT}/deprovision/test_snapshot.py::test_whatever_is_not_as_it_must_be_is_no_proof",),
    ),
    Sabotage(
        2,
        "a snapshot of another cluster of the name is proof",
        f"{DEPROVISION}/snapshot.py",
        "elif not snapshot.is_of(planned_cluster):",
        "elif not snapshot.cluster_created_at:",
        (f"{UNIT}/deprovision/test_snapshot.py::test_whatever_is_not_as_it_must_be_is_no_proof",),
    ),
    Sabotage(
        2,
        "the permit does not ask for a guard snapshot",
        f"{DEPROVISION}/permit.py",
        '        yield "there is no guard snapshot"\n',
        "        return\n",
        (f"{UNIT}/deprovision/test_deletion.py::test_any_single_objection_forbids_the_deletion",),
    ),
    Sabotage(
        2,
        "a guard snapshot is reused that no run has verified",
        f"{DEPROVISION}/earlier_guards.py",
        "if snapshot.identifier not in earlier.verified:",
        "if not snapshot.identifier:",
        (f"{UNIT}/deprovision/test_earlier_guards.py",),
    ),
    Sabotage(
        2,
        "a guard snapshot is reused although the cluster was used since",
        f"{DEPROVISION}/earlier_guards.py",
        "if unused_since is None or _age(snapshot) < unused_since:",
        "if unused_since is None:",
        (f"{UNIT}/deprovision/test_earlier_guards.py",),
    ),
    Sabotage(
        2,
        "the permit takes any guard snapshot for the one that is reused",
        f"{DEPROVISION}/permit.py",
        'same = guard.identifier == part.get("reused") and',
        "same = bool(part) and",
        (f"{UNIT}/deprovision/test_earlier_guards.py",),
    ),
    # 3: one rotation
    Sabotage(
        3,
        "after a lost answer RotateEncryptionKey is called again at once",
        f"{DOMAIN}/rotate_keys/step.py",
        "    if now - operation.called_at < SETTLE:\n",
        "    if now < operation.called_at:\n",
        (f"{UNIT}/rotate_keys/test_step.py",),
    ),
    Sabotage(
        3,
        "a rotation that has begun in this run is started again",
        f"{DOMAIN}/rotate_keys/step.py",
        "if cluster.phase is Phase.ROTATING or operation.has_begun:",
        "if cluster.phase is Phase.ROTATING:",
        (f"{UNIT}/rotate_keys/test_step.py",),
    ),
    Sabotage(
        3,
        "the call is not written ahead",
        f"{STEPS}/rotate_keys/start.py",
        'step="calling", called_at=step.now)',
        'step="calling")',
        (f"{UNIT}/rotate_keys/test_one_winner.py",),
    ),
    Sabotage(
        3,
        "two invocations write one version of a record",
        f"{ADAPTERS}/ledger/operations.py",
        '"#version = :expected"',
        '"attribute_exists(#version) OR #version = :expected"',
        (f"{AGAINST_AWS}/ledger/test_operations.py",),
    ),
    Sabotage(
        3,
        "an operation goes on while another invocation may still make its call",
        f"{ADAPTERS}/ledger/operations.py",
        '"attribute_not_exists(#unanswered_since) OR #unanswered_since <= :over"',
        '"attribute_not_exists(#unanswered_since) OR NOT #unanswered_since = :over"',
        (f"{AGAINST_AWS}/ledger/test_operations.py",),
    ),
    # 4: roles
    Sabotage(
        4,
        "max_removals is not checked",
        f"{DOMAIN}/sync_roles/next_call.py",
        "if len(extra) > goal.max_removals:",
        "if len(extra) > goal.quota:",
        (f"{UNIT}/sync_roles/test_next_call.py",),
    ),
    Sabotage(
        4,
        "mode: add removes as well",
        f"{DOMAIN}/sync_roles/next_call.py",
        "return goal.roles_to_remove(attached) if goal.mode is Mode.EXACT else ()",
        "return goal.roles_to_remove(attached)",
        (f"{UNIT}/sync_roles/test_properties.py::test_in_mode_add_only_wanted_roles_are_ever_named",),
    ),
    Sabotage(
        4,
        "AWS's own roles and those of keep are removed",
        f"{DOMAIN}/sync_roles/settings.py",
        "return tuple(sorted(arn for arn in others if not self.is_protected(arn)))",
        "return tuple(sorted(others))",
        (
            f"{UNIT}/sync_roles/test_properties.py::test_in_mode_exact_what_aws_or_the_policy_keeps_is_never_removed",
        ),
    ),
    Sabotage(
        4,
        "a default role whose role goes stays",
        f"{DOMAIN}/sync_roles/next_call.py",
        "return None if not attached.default or attached.default in stays else NO_DEFAULT",
        "return None",
        (f"{UNIT}/sync_roles/test_next_call.py",),
    ),
    # 7: protected clusters
    Sabotage(
        7,
        "the permit does not look at protection",
        f"{DEPROVISION}/permit.py",
        "if situation.settings.protected.why(details.name, details.cluster.tags):",
        "if not details.name:",
        (f"{UNIT}/deprovision/test_deletion.py::test_any_single_objection_forbids_the_deletion",),
    ),
    Sabotage(
        7,
        "protection is no blocker",
        f"{DEPROVISION}/blockers.py",
        '        yield "protected", f"is protected: {why}"\n',
        "        why = None\n",
        (f"{UNIT}/deprovision/test_blockers.py",),
    ),
)
