"""Sabotages of how a run goes: its report, its locks, stopping, releases, unknown facts, loops that end."""

from __future__ import annotations

from tests.sabotage.catalog.sabotage import (
    ADAPTERS,
    AGAINST_AWS,
    CONTRACTS,
    DEPROVISION,
    DOMAIN,
    STEPS,
    UNIT,
    Sabotage,
)

RUNS = (
    # 5: the report
    Sabotage(
        5,
        "a plan that fails ends without a report",
        "infra/workflows/base.py",
        '        self._wait_out("Plan", plan, report)\n',
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
        'ConditionExpression=f"attribute_not_exists(pk) OR ({mine})",',
        'ConditionExpression=f"attribute_exists(pk) OR ({mine})",',
        (f"{AGAINST_AWS}/ledger/test_locks.py",),
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
    Sabotage(
        12,
        "an item of the plan has a new mandatory key",
        f"{DOMAIN}/items.py",
        "    delay_seconds: int\n",
        "    delay_seconds: int\n    canary: bool\n",
        (
            f"{CONTRACTS}/previous_release/test_previous_release.py::test_an_event_of_the_last_release_has_all_that_todays_function_must_be_told",
        ),
    ),
    Sabotage(
        12,
        "an attribute of the operation's record is read no more",
        f"{DOMAIN}/operation.py",
        'MOMENTS = ("called_at", "begun_at", "ended_at", "unanswered_since", "outage_since")',
        'MOMENTS = ("called_at", "ended_at", "unanswered_since", "outage_since")',
        (
            f"{CONTRACTS}/previous_release/test_previous_release.py::test_records_of_the_last_release_are_read_as_they_were_meant",
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
        "not waits and age >= RETRY_BUDGET and",
        "not waits and age >= budget and",
        ("tests/workflows/deprovision/test_refusals.py",),
    ),
    Sabotage(
        14,
        "a wait of an acceptance run trusts the clock alone",
        "cli/accept/pace.py",
        "while self.now() - started <= at_most and left > 0:",
        "while self.now() - started <= at_most:",
        ("tests/cli/accept/test_pace.py::test_a_wait_ends_though_the_clock_stands_still",),
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
        "for _ in range(most):",
        "for _ in range(most * 100):",
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
