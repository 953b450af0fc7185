"""The part of an acceptance run that is about the steward as it is deployed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cli.accept.calls import Answer
from cli.accept.probes.calls_in_history import delays, shown_call
from cli.accept.probes.deployment import who_may
from cli.accept.probes.workflows import judge_run
from local import stepfunctions
from steward.domain.workflows import SYNC_ROLES, WORKFLOWS
from tests.support.roles import IN_IAM, STANDARD

if TYPE_CHECKING:
    from tests.cli.accept.conftest import Account
    from tests.support.scenario import Steward

CLUSTER = "steward-accept-0a1b2c3d"


def found(account: Account) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in account.report()["facts"]}


def test_each_deployed_workflow_runs_once_on_the_runs_own_cluster(account: Account, steward: Steward) -> None:
    for workflow in WORKFLOWS:
        rules = {"rules": [STANDARD]} if workflow == SYNC_ROLES.name else {}
        steward.given(workflow=workflow, at="2026-03-02T09:00:00Z", policy=rules)
    account.behaves({"rotate_duration": "3 minutes"}, iam_roles=IN_IAM)

    result = account.accept("--yes", "--only", "workflows")

    facts = found(account)
    assert {
        name: facts[name]["reading"] for name in ("rotate_keys_run", "sync_roles_run", "deprovision_plan")
    } == {
        "rotate_keys_run": "rotated",
        "sync_roles_run": "as declared",
        "deprovision_plan": "planned",
    }
    assert "their reports and ledger records stay" in result.err
    assert result.code == 0
    assert account.left() == []


@pytest.mark.parametrize(
    ("late", "cut", "verdicts"),
    [
        (0, None, ("confirmed", "confirmed")),
        (4, None, ("confirmed", "confirmed")),
        (300, None, ("confirmed", "refuted")),
        (0, 500, ("refuted", "confirmed")),
    ],
)
def test_a_history_that_is_late_or_cut_is_found_by_what_it_makes_of_the_runs(
    account: Account, steward: Steward, late: int, cut: int | None, verdicts: tuple[str, str]
) -> None:
    for workflow in WORKFLOWS:
        steward.given(workflow=workflow, at="2026-03-02T09:00:00Z")
    account.behaves({"rotate_duration": "3 minutes"}, iam_roles=IN_IAM)
    faults = stepfunctions.current().faults
    faults.history_delay, faults.history_cut = timedelta(seconds=late), cut

    account.accept("--yes", "--only", "workflows")

    faults.history_delay, faults.history_cut = timedelta(), None
    facts = found(account)
    shown, delay = facts["calls_in_history"], facts["call_history_delay"]
    assert (shown["verdict"], delay["verdict"]) == verdicts
    assert account.left() == []


def at(second: int, kind: str, **details: Any) -> dict[str, Any]:
    moment = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=second)
    return {"type": kind, "timestamp": moment, **details}


def test_the_delay_of_a_call_is_the_time_from_its_first_attempt_to_its_last_refusal() -> None:
    unknown = {"taskFailedEventDetails": {"error": "ExecutionUnknown"}}
    other = {"taskFailedEventDetails": {"error": "ClusterBusy"}}
    history = [
        at(0, "TaskStateEntered"),
        at(1, "TaskScheduled"),
        at(2, "TaskFailed", **unknown),
        at(4, "TaskScheduled"),
        at(5, "TaskFailed", **unknown),
        at(9, "TaskScheduled"),
        at(10, "TaskSucceeded"),
        at(11, "TaskScheduled"),
        at(12, "TaskFailed", **other),
        at(20, "TaskScheduled"),
        at(21, "TaskSucceeded"),
    ]
    assert [*delays(history)] == [timedelta(seconds=4), timedelta(), timedelta()]
    given_up = [*history[:5], at(8, "TaskStateExited"), *history[6:7]]
    assert [*delays(given_up)] == [timedelta(seconds=4)]


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ('{"FunctionName": "f", "Payload": {"input": {"a": 1}}}', "whole"),
        ('{"FunctionName": "f", "Payload": {"item": {}}}', "whole"),
        ('{"FunctionName": "f", "Payload": {"input": {"a": 2}}}', "changed"),
        ('{"FunctionName": "f", "Payload": {"inp', "cut"),
        ('{"FunctionName": "f", "Payload": "..."}', "cut"),
        ("{}", "cut"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_a_call_in_the_history_is_whole_only_if_it_has_the_runs_own_input(
    parameters: str | None, shown: str
) -> None:
    assert shown_call({"taskScheduledEventDetails": {"parameters": parameters}}, {"a": 1}) == shown


def test_the_approvals_url_is_called_with_and_without_a_signature(account: Account) -> None:
    result = account.accept("--yes", "--only", "deployment")

    facts = found(account)
    assert (facts["approvals_url"]["verdict"], facts["approvals_url_unsigned"]["verdict"]) == (
        "confirmed",
        "confirmed",
    )
    assert "It creates nothing and only reads" in result.err
    assert account.left() == []


def test_a_steward_that_is_asked_for_and_not_deployed_is_an_error_before_anything_is_made(
    account: Account,
) -> None:
    result = account.accept("--yes", "--only", "workflows", "--environment", "elsewhere")

    assert result.code == 3
    assert result.err.startswith("No stack RedshiftSteward-elsewhere")
    assert list(account.folder.iterdir()) == []


def test_what_the_policy_does_not_want_says_nothing_about_aws() -> None:
    line = {"cluster": CLUSTER, "outcome": "skipped", "reason": "no rule selects it"}

    value, reason = judge_run("sync-roles", {"status": "done", "clusters": [line]}, CLUSTER)

    assert (value, reason) == ("", "skipped by the deployed policy: no rule selects it")


def test_a_run_that_failed_or_was_refused_is_reported_by_its_outcome() -> None:
    line = {"cluster": CLUSTER, "outcome": "timed_out", "reason": "stuck"}

    denied = line | {"outcome": "refused", "code": "access_denied"}

    assert judge_run("rotate-keys", {"status": "done", "clusters": [line]}, CLUSTER) == ("timed_out", "")
    assert judge_run("rotate-keys", {"status": "done", "clusters": [denied]}, CLUSTER) == (
        "refused (access_denied)",
        "",
    )
    assert judge_run("rotate-keys", {"status": "refused", "clusters": []}, CLUSTER) == ("refused", "")


def test_a_function_that_may_what_none_should_is_named() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)

    def simulated(decision: str) -> Answer:
        return Answer(
            "iam:SimulatePrincipalPolicy", {}, at, {"EvaluationResults": [{"EvalDecision": decision}]}
        )

    denied = [("plan", simulated("implicitDeny")), ("delete", simulated("explicitDeny"))]
    assert who_may(denied) == "nobody"
    assert who_may([*denied, ("report", simulated("allowed"))]) == "report"
