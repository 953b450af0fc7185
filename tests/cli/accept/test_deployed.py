"""The part of an acceptance run that is about the steward as it is deployed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.accept.calls import Answer
from cli.accept.probes.deployment import who_may
from cli.accept.probes.workflows import judge_run
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
