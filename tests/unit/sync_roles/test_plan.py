"""Whether a cluster's roles are changed now, and why or why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.copies import copy_name
from steward.domain.errors import BadInput, BadSettings
from steward.domain.operation import Outcome
from steward.domain.sync_roles.change import RoleChange, role_change
from steward.domain.sync_roles.contest import IN_DAYS
from steward.domain.sync_roles.plan import RoleVerdict, decide_roles, roles_entry
from steward.domain.sync_roles.settings import Mode, RoleSettings
from tests.support.facts import NOW
from tests.support.role_facts import (
    ACCOUNT,
    COPY,
    KEPT,
    LINKED,
    OLD,
    SETTINGS,
    UNLOAD,
    observed,
    role_facts,
    rule,
)

DRIFT: dict[str, Any] = {
    "by": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/terraform/apply"},
    "at": "2026-11-21T20:59:30Z",
    "event_id": "e-1",
    "request": {"clusterIdentifier": "analytics", "removeIamRoles": [UNLOAD], "addIamRoles": [OLD]},
}
CHANGE = RoleChange(
    "analytics",
    DRIFT["by"]["arn"],
    NOW - timedelta(seconds=30),
    "e-1",
    added=(OLD,),
    removed=(UNLOAD,),
    default=None,
)


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"aws:cloudformation:stack-name": "warehouse"}, "the CloudFormation stack warehouse"),
        ({"terraform": "dwh"}, "the infrastructure code of its tag terraform=dwh"),
    ],
)
def test_the_reason_of_a_drift_names_the_code_that_owns_the_cluster(tags: dict[str, str], owner: str) -> None:
    drifted = decide_roles(role_facts(observed(COPY), about={"tags": tags})).decision.reason
    in_sync = decide_roles(role_facts(observed(COPY, UNLOAD), about={"tags": tags})).decision.reason

    assert drifted.endswith(f"; it belongs to {owner}, which may declare other roles")
    assert owner not in in_sync


def summary(*args: Any, **changes: Any) -> tuple[str, str, Outcome | None]:
    """Action, reason and outcome of the decision."""
    verdict = decide_roles(role_facts(*args, **changes))
    return verdict.decision.action.value, verdict.decision.reason, verdict.outcome


def test_a_cluster_that_differs_is_acted_on_and_the_reason_says_how() -> None:
    assert summary(observed(COPY, OLD)) == (
        "act",
        "missing: unload; unexpected (no rule grants it): old",
        None,
    )


def test_a_cluster_whose_roles_are_on_their_way_is_watched_to_the_end() -> None:
    action, reason, _ = summary(observed(COPY, unload="adding"))
    assert (action, reason) == (
        "act",
        "its roles will match the policy once pending changes have settled",
    )


def test_a_cluster_that_is_as_it_should_be_needs_no_child_execution() -> None:
    assert summary(observed(COPY, UNLOAD, KEPT, LINKED)) == (
        "skip",
        "its roles match the policy",
        Outcome.IN_SYNC,
    )


def test_in_mode_report_drift_is_an_outcome_and_roles_on_their_way_are_no_drift() -> None:
    report = {"mode": "report"}
    assert summary(observed(COPY), report) == (
        "skip",
        "the policy says mode: report; missing: unload",
        Outcome.DRIFTED,
    )
    assert summary(observed(COPY, unload="adding"), report)[2] is Outcome.IN_SYNC


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"status": "deleting", "availability": "Modifying"}, "is being deleted"),
        ({"identifier": "tmp-1"}, "excluded by the policy"),
        (
            {"status": "paused"},
            "is paused, and is not resumed to change its roles; its roles differ: missing: unload",
        ),
        ({"status": "pausing"}, "is pausing, and is not resumed"),
        ({"status": "storage-full"}, "needs attention first"),
        ({"status": "resizing"}, "is being resized"),
    ],
)
def test_what_stands_in_the_way_is_the_reason(about: dict[str, str], words: str) -> None:
    action, reason, _ = summary(observed(COPY), None, about)
    assert action != "act"
    assert words in reason


def test_a_paused_cluster_without_drift_says_so() -> None:
    assert summary(observed(COPY, UNLOAD), None, {"status": "paused"})[1].endswith(
        "its roles match the policy"
    )


def test_a_cluster_that_no_rule_matches_is_none_of_our_business() -> None:
    elsewhere = {"rules": [rule("elsewhere", COPY, identifiers=["other"])]}
    assert summary(observed(OLD), elsewhere)[:2] == (
        "skip",
        "no rule of sync_roles matches it, so its roles are not managed",
    )


def test_two_rules_with_different_defaults_refuse_the_cluster_and_both_are_named() -> None:
    contrary = [rule("lake", COPY, default=COPY), rule("plain", UNLOAD), rule("bare", default="none")]
    action, reason, _ = summary(observed(), {"rules": contrary})
    assert action == "refuse"
    assert reason == (
        'the rules "lake" and "bare" both match it and declare different default roles: '
        f"{COPY} and none; set `default: keep` in one of them"
    )
    agreeing = [rule("lake", COPY, default=COPY), rule("too", COPY, UNLOAD, default=COPY)]
    assert summary(observed(COPY, UNLOAD, default=COPY), {"rules": agreeing})[2] is Outcome.IN_SYNC


def test_a_role_that_can_not_be_used_refuses_the_clusters_that_want_it() -> None:
    problems = {UNLOAD: "does not exist in IAM"}
    assert summary(observed(COPY), problems=problems)[:2] == (
        "refuse",
        "the role unload does not exist in IAM; correct the role, or the rule that wants it",
    )
    assert summary(observed(COPY), {"rules": [rule("small", COPY)]}, problems=problems)[2] is Outcome.IN_SYNC


def test_a_goal_that_can_not_or_must_not_be_reached_refuses() -> None:
    older = [f"{ACCOUNT}old-{n}" for n in range(3)]
    assert summary(observed(COPY, UNLOAD, *older))[0] == "refuse"


def test_the_plan_keeps_the_rules_what_differs_and_by_whose_doing() -> None:
    facts = role_facts(observed(COPY, OLD), change=CHANGE)
    planned = roles_entry(facts, decide_roles(facts), {COPY: ("sts:ExternalId",)})
    assert planned.about == {
        "rules": ["standard"],
        "drift": {"missing": [UNLOAD], "unwanted": [OLD]},
        "changed": {
            "by": CHANGE.by,
            "at": "2026-11-21T20:59:30Z",
            "event_id": "e-1",
            "added": [OLD],
            "removed": [UNLOAD],
            "summary": CHANGE.described,
        },
        "trusted_under_conditions": {COPY: ["sts:ExternalId"]},
    }
    assert planned.item == {"look_from": "2026-11-21T21:00:30Z", "changed": planned.about["changed"]}


def test_the_plan_says_nothing_of_how_roles_should_be_where_that_is_not_ours() -> None:
    facts = role_facts(observed(COPY, OLD), None, {"identifier": "tmp-1"})
    planned = roles_entry(facts, decide_roles(facts), {})
    assert planned.about == {"rules": ["standard"]}
    assert planned.item == {"look_from": "", "changed": {}}
    assert planned.outcome is None


def test_cloudtrails_event_says_who_did_what() -> None:
    change = role_change(DRIFT)
    assert change == CHANGE
    assert change is not None
    assert change.described == f"{CHANGE.by} added old and removed unload at 2026-11-21T20:59:30Z"
    assert summary(observed(COPY, OLD), change=CHANGE)[1].endswith(CHANGE.described)


@pytest.mark.parametrize(
    ("identity", "by"),
    [
        ({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}, "cloudformation.amazonaws.com"),
        ({"principalId": "AIDA"}, "AIDA"),
        ({}, "somebody whom CloudTrail does not name"),
        (None, "somebody whom CloudTrail does not name"),
    ],
)
def test_a_caller_without_an_arn_is_called_what_cloudtrail_calls_it(identity: Any, by: str) -> None:
    change = role_change({**DRIFT, "by": identity, "request": None})
    assert change is not None
    assert change.described == f"{by} called ModifyClusterIamRoles at 2026-11-21T20:59:30Z"


def test_a_new_default_is_told_too() -> None:
    change = role_change({**DRIFT, "request": {"defaultIamRoleArn": ""}})
    assert change is not None
    assert "changed the default role at" in change.described
    assert change.apply_to(observed(COPY, default=COPY), NOW) == observed(COPY)


def test_without_an_event_there_is_no_change_and_a_made_up_one_is_refused() -> None:
    assert role_change({}) is None
    with pytest.raises(BadInput, match=r"drift\.at: must be the moment of CloudTrail's event"):
        role_change({"at": "yesterday"})


def test_a_fresh_change_counts_although_describe_clusters_does_not_show_it_yet() -> None:
    assert CHANGE.apply_to(observed(COPY, UNLOAD), NOW) == observed(COPY, unload="removing", old="adding")
    assert CHANGE.apply_to(observed(COPY, OLD), NOW) == observed(COPY, OLD)
    assert CHANGE.apply_to(observed(COPY, UNLOAD), NOW + timedelta(minutes=2)) == observed(COPY, UNLOAD)


def test_contested_roles_are_left_alone_and_the_reason_says_how_often_they_were_corrected() -> None:
    action, reason, outcome = summary(observed(COPY), contested=IN_DAYS)
    assert (action, outcome) == ("skip", Outcome.DRIFTED)
    assert "were corrected 5 times within 3 days and changed back each time" in reason
    assert "two owners disagree; missing: unload" in reason


def test_settings_that_something_else_deployed_are_refused() -> None:
    with pytest.raises(BadSettings, match=r"incomplete or wrong at sync_roles[.]mode"):
        parse_settings(RoleSettings, {key: value for key, value in SETTINGS.items() if key != "mode"})
    assert parse_settings(RoleSettings, SETTINGS).mode is Mode.EXACT


def test_a_kept_pattern_is_about_names_unless_it_is_an_arn() -> None:
    unwanted = role_facts(observed(COPY, UNLOAD, OLD), {"keep": [f"{ACCOUNT}o*"]}).drift.unwanted
    assert unwanted == ()
    assert role_facts(observed(COPY, UNLOAD, OLD), {"keep": ["*role/old"]}).drift.unwanted == (OLD,)
    assert decide_roles(role_facts(observed(COPY, UNLOAD, OLD), {"keep": ["o?d"]})) == RoleVerdict(
        decide_roles(role_facts(observed(COPY, UNLOAD))).decision, Outcome.IN_SYNC
    )


def test_the_roles_of_a_restore_tests_copy_are_left_to_deprovision() -> None:
    action, reason, _ = summary(observed(COPY, OLD), about={"identifier": copy_name("analytics", "arn")})
    assert (action, "restore test" in reason) == ("skip", True)
