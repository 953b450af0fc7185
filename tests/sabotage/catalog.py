"""The sabotages: for each promise, single lines whose loss would break it, and the tests that must notice.

A sabotage replaces ``old``, which stands exactly once in its file, by ``new``. It is killed when one of its
tests fails. A rule that moves takes its sabotage along: tests/contracts/test_sabotage.py says which no longer
fits.
"""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN, STEPS, ADAPTERS = "functions/steward/domain", "functions/steward/steps", "functions/steward/adapters"
DEPROVISION = f"{DOMAIN}/deprovision"
UNIT, AGAINST_AWS, CONTRACTS = "tests/unit", "tests/adapters", "tests/contracts"


@dataclass(frozen=True)
class Sabotage:
    """One line broken on purpose.

    Attributes:
        promise: Its number in `tests.support.promises`.
        what: What is broken, as a sentence.
        file: Path from the repository's root.
        tests: Node ids as pytest takes them; at least one must fail.
    """

    promise: int
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


SABOTAGES = (
    # 1: never without a final snapshot
    Sabotage(
        1,
        "DeleteCluster skips the final snapshot",
        f"{ADAPTERS}/deletion.py",
        "SkipFinalClusterSnapshot=False,",
        "SkipFinalClusterSnapshot=True,",
        (
            f"{AGAINST_AWS}/test_deletion_calls.py::test_a_cluster_of_the_fleet_is_never_deleted_without_its_final_snapshot",
        ),
    ),
    Sabotage(
        1,
        "any cluster is removed like a restore test's copy",
        f"{ADAPTERS}/deletion.py",
        "if not is_copy_name(copy):",
        "if not copy:",
        (f"{AGAINST_AWS}/test_deletion_calls.py::test_only_a_restore_tests_copy_is_deleted_without_one",),
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
        "if snapshot.cluster_created_at != planned_cluster.created_at:",
        "if not snapshot.cluster_created_at:",
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
        '{"ConditionExpression": "#version = :expected"}',
        '{"ConditionExpression": "attribute_exists(#version) OR #version = :expected"}',
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
        "return goal.unwanted(attached) if goal.mode is Mode.EXACT else ()",
        "return goal.unwanted(attached)",
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
    # 5: the report
    Sabotage(
        5,
        "a plan that fails ends without a report",
        "infra/workflows/base.py",
        '        plan.add_catch(report, errors=["States.ALL"], assign=ERROR_CAUGHT)\n',
        "",
        ("tests/infra/test_stack.py::test_every_state_that_can_fail_has_a_way_to_the_failure_path",),
    ),
    Sabotage(
        5,
        "a cluster that was not reached is not said to be",
        f"{DOMAIN}/report.py",
        "    if outcome is Outcome.NOT_REACHED:\n",
        "    if outcome is Outcome.ROTATED:\n",
        (f"{UNIT}/test_report.py",),
    ),
    Sabotage(
        5,
        "the plan's word counts more than what was done",
        f"{DOMAIN}/report.py",
        "    if operation is not None:\n        return line",
        "    if operation is None:\n        return line",
        (f"{UNIT}/test_report.py",),
    ),
    # 6: locks
    Sabotage(
        6,
        "a lock that somebody holds is taken",
        f"{ADAPTERS}/ledger/locks.py",
        '":theirs": instead_of or run.holder}',
        '":theirs": instead_of or self.holder(cluster) or run.holder}',
        (f"{AGAINST_AWS}/ledger/test_locks.py",),
    ),
    Sabotage(
        6,
        "a lock is given back whoever holds it",
        f"{ADAPTERS}/ledger/locks.py",
        "            Key=lock_key(cluster),\n"
        '            ConditionExpression="attribute_not_exists(pk) OR #run = :mine",',
        "            Key=lock_key(cluster),\n"
        '            ConditionExpression="attribute_exists(pk) OR #run = :mine",',
        (f"{AGAINST_AWS}/ledger/test_locks.py",),
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
    # 8: permissions
    Sabotage(
        8,
        "an adapter declares an action that it does not use",
        f"{ADAPTERS}/executions.py",
        'grant(Scope.EXECUTIONS, "states:DescribeExecution")',
        'grant(Scope.EXECUTIONS, "states:DescribeExecution", "states:StopExecution")',
        (
            f"{CONTRACTS}/test_permissions.py::test_an_adapter_declares_the_actions_of_its_calls_no_more_and_no_less",
        ),
    ),
    Sabotage(
        8,
        "a change is granted on every resource",
        f"{ADAPTERS}/deletion.py",
        'grant(Scope.CLUSTERS, "redshift:CreateTags", "redshift:DeleteTags")',
        'grant(Scope.ANY, "redshift:CreateTags", "redshift:DeleteTags")',
        (f"{CONTRACTS}/test_permissions.py::test_a_change_is_never_declared_for_every_resource",),
    ),
    # 9: input
    Sabotage(
        9,
        "unknown keys of the input are passed over",
        f"{DOMAIN}/run_input.py",
        "    _refuse_unknown(document, keys)\n",
        "",
        (f"{UNIT}/test_run_input.py",),
    ),
    Sabotage(
        9,
        "the text true is taken for true",
        f"{DOMAIN}/run_input.py",
        "if not isinstance(found, bool):",
        "if not isinstance(found, bool | str):",
        (f"{UNIT}/test_run_input.py",),
    ),
    # 10: authority
    Sabotage(
        10,
        "the approvals' URL asks for no signature",
        "infra/approvals.py",
        "auth_type=lambda_.FunctionUrlAuthType.AWS_IAM",
        "auth_type=lambda_.FunctionUrlAuthType.NONE",
        ("tests/infra/test_approvals.py::test_the_url_demands_iam_and_speaks_to_no_browser",),
    ),
    Sabotage(
        10,
        "who asked for a deletion may approve it",
        f"{DOMAIN}/approvals/evaluate.py",
        '        if same_person(identity(requester), who):\n            return Refusal("own_request"',
        '        if not requester and who:\n            return Refusal("own_request"',
        (f"{UNIT}/approvals/test_evaluate.py",),
    ),
    Sabotage(
        10,
        "an approval counts for whatever plan",
        f"{DEPROVISION}/permit.py",
        'elif (consent.status, consent.plan_hash) != ("approved", situation.plan_hash):',
        'elif consent.status != "approved":',
        (f"{UNIT}/deprovision/test_deletion.py::test_any_single_objection_forbids_the_deletion",),
    ),
    Sabotage(
        10,
        "a function works for a run that is not under way",
        f"{DOMAIN}/authority.py",
        "    if not facts.is_running:\n",
        "    if not facts.arn:\n",
        (f"{UNIT}/test_authority.py",),
    ),
    Sabotage(
        10,
        "the item in an event is believed",
        f"{DOMAIN}/authority.py",
        'for key in ("item", "overrides")',
        'for key in ("overrides",)',
        (f"{UNIT}/test_authority.py",),
    ),
    # 11: stopping
    Sabotage(
        11,
        "a stopped run makes its next call",
        f"{STEPS}/cluster_step.py",
        "        if not executions.is_running(arn):\n            raise RunEnded",
        "        if not arn:\n            raise RunEnded",
        (f"{UNIT}/rotate_keys/test_one_winner.py",),
    ),
    Sabotage(
        11,
        "the permit does not ask whether the run has stopped",
        f"{DEPROVISION}/permit.py",
        "    if progress.stopping is not None:\n",
        "    if progress is None:\n",
        (f"{UNIT}/deprovision/test_deletion.py::test_any_single_objection_forbids_the_deletion",),
    ),
    Sabotage(
        11,
        "a cancellation and DeleteCluster do not exclude each other",
        f"{ADAPTERS}/ledger/requests.py",
        'ConditionExpression="attribute_not_exists(pk) OR #version = :version",',
        'ConditionExpression="attribute_not_exists(pk) OR #version >= :version OR #version < :version",',
        (f"{AGAINST_AWS}/test_approvals.py",),
    ),
    # 12: releases
    Sabotage(
        12,
        "state machines call whatever code is deployed",
        "infra/workflows/base.py",
        "lambda_function=function.current_version,",
        "lambda_function=function,",
        (
            "tests/infra/test_stack.py::test_a_run_keeps_its_code_and_its_policy_whatever_is_deployed_meanwhile",
        ),
    ),
    Sabotage(
        12,
        "a release deletes the versions before it",
        "infra/function.py",
        "KEPT_VERSION = lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN)",
        "KEPT_VERSION = lambda_.VersionOptions(removal_policy=RemovalPolicy.DESTROY)",
        (
            "tests/infra/test_stack.py::test_a_run_keeps_its_code_and_its_policy_whatever_is_deployed_meanwhile",
        ),
    ),
    # 13: unknown is not safe
    Sabotage(
        13,
        "one read that AWS refuses ends the whole plan",
        f"{ADAPTERS}/reading.py",
        "    except ClientError as error:\n        said",
        "    except ZeroDivisionError as error:\n        said",
        (
            f"{AGAINST_AWS}/test_unreadable.py::test_a_read_that_fails_for_one_cluster_refuses_that_cluster_alone",
        ),
    ),
    Sabotage(
        13,
        "an hour of which nothing is known is idle",
        f"{DEPROVISION}/idleness.py",
        "return [at for at in hours if at not in usage.hours and not _within(at, paused)]",
        "return [at for at in hours if at > now and not _within(at, paused)]",
        (f"{UNIT}/deprovision/test_blockers.py",),
    ),
    Sabotage(
        13,
        "a cluster of unknown encryption is rotated",
        f"{DOMAIN}/rotate_keys/decide.py",
        "    if q.cluster.encrypted is None:\n",
        "    if q.cluster.encrypted is not None and not q.cluster.encrypted:\n",
        (f"{UNIT}/rotate_keys/test_decide.py",),
    ),
    # 14: loops end
    Sabotage(
        14,
        "a refusal is retried for as long as an outage",
        f"{DEPROVISION}/call_budget.py",
        "(budget if outage else RETRY_BUDGET)",
        "(budget if outage or self.count else RETRY_BUDGET)",
        ("tests/workflows/deprovision/test_refusals.py",),
    ),
    Sabotage(
        14,
        "the retry budget has no end",
        f"{DOMAIN}/retry_budget.py",
        "return now - since < RETRY_BUDGET",
        "return now >= since",
        (
            f"{UNIT}/rotate_keys/test_step.py::test_a_busy_cluster_is_waited_for_until_the_retry_budget_is_spent",
        ),
    ),
    Sabotage(
        14,
        "a trail with events without end is read to its end",
        f"{ADAPTERS}/cloudtrail.py",
        "for _ in range(MOST_PAGES):",
        "for _ in range(MOST_PAGES * 100):",
        (f"{AGAINST_AWS}/test_unreadable.py::test_a_trail_with_events_without_end_is_given_up",),
    ),
    Sabotage(
        14,
        "a wait loop has no deadline",
        "infra/workflows/wait_loop.py",
        "return _fails(choice, late, failed).otherwise(pause)",
        "return choice.otherwise(pause)",
        ("tests/workflows/rotate_keys/test_waiting.py",),
    ),
)
