"""What stands in the way of a deletion: all of it at once, with evidence and what to do."""

from __future__ import annotations

import ast
from dataclasses import fields
from datetime import datetime, timedelta
from inspect import getsource as inspect_source
from typing import Any

import boto3
import pytest

from steward.domain import cluster
from steward.domain.deprovision import blockers, cluster_details, nominees
from steward.domain.deprovision.blockers import (
    NEVER_WAIVED,
    WAIVABLE,
    WHAT_TO_DO,
    Inspection,
    inspect,
    with_blockers,
)
from steward.domain.deprovision.cluster_details import SDK_MEMBERS
from steward.domain.deprovision.findings import PAUSED, RUNNING, Findings, LeftBehind, PowerCall, Usage
from steward.domain.deprovision.idleness import busy_hours, pause_spans, unknown_hours
from steward.domain.deprovision.settings import IdleRule
from steward.domain.preconditions import UNKNOWN_KEY
from steward.domain.sync_roles import attached
from steward.steps.deprovision import inspect_dependents
from tests.support.deprovision_facts import DAY, HOUR, details, settings
from tests.support.facts import KEY, NOW

RULE = IdleRule(2, "DatabaseConnections", 0)


def hours(since: datetime, until: datetime, value: float = 0) -> dict[datetime, float]:
    """A value for each hour."""
    count = int((until - since) / HOUR)
    return {since + HOUR * number: value for number in range(count)}


IDLE = hours(NOW - 2 * DAY, NOW)


USED_BY_NOBODY = Usage(IDLE)


def found(usage: Usage | None = USED_BY_NOBODY, **changes: Any) -> Findings:
    return Findings(key_state="Enabled", usage=usage, **changes)


def looked(
    policy: dict[str, Any] | None = None,
    findings: Findings | None = None,
    until: datetime | None = None,
    **changes: Any,
) -> Inspection:
    return inspect(details(**changes), findings or found(), settings(**(policy or {})), NOW, until)


def codes(inspection: Inspection) -> list[str]:
    return [blocker.code for blocker in inspection.blockers]


def test_an_idle_cluster_that_nobody_depends_on_has_nothing_in_its_way() -> None:
    inspection = looked()

    assert inspection.blockers == ()
    assert inspection.as_json() == {"blockers": [], "in_order": [*NEVER_WAIVED, *WAIVABLE]}


def test_all_blockers_are_told_at_once_each_with_its_evidence_and_what_to_do() -> None:
    findings = found(
        Usage({NOW - HOUR: 4.0}),
        integrations={"arn:integration": "arn:source"},
        consumers={"sales": ("999999999999",)},
        endpoints=("account 999999999999 may make endpoints",),
    )

    inspection = looked(
        None,
        findings,
        tags={"tier": "critical"},
        lakehouse="REGISTERED",
        catalog="arn:catalog",
        status="hardware-failure",
        pending=("NumberOfNodes",),
    )

    assert codes(inspection) == [
        "protected",
        "lakehouse",
        "broken",
        "pending_changes",
        "zero_etl",
        "datashare_consumers",
        "foreign_endpoints",
        "in_use",
        "idleness_unknown",
    ]
    for blocker in inspection.blockers:
        assert blocker.sentence.endswith(WHAT_TO_DO[blocker.code])
        assert blocker.as_json()["remedy"] == WHAT_TO_DO[blocker.code]
    assert (
        "is protected: tag tier is critical; remove the protection if it is to be deleted"
        in inspection.sentence
    )
    assert "is registered with the catalog arn:catalog" in inspection.sentence
    assert "is the target of arn:integration from arn:source" in inspection.sentence
    assert "sales by 999999999999" in inspection.sentence
    assert (
        "above 0 in 1 hour of the last 2 days, last 4 in the hour from 2026-11-21T20:00:00Z"
        in inspection.sentence
    )
    assert "no DatabaseConnections for 47 of the 48 hours" in inspection.sentence


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"aws:cloudformation:stack-name": "warehouse"}, "the CloudFormation stack warehouse"),
        ({"terraform": "dwh"}, "the infrastructure code of its tag terraform=dwh"),
    ],
)
def test_what_infrastructure_code_owns_is_kept_unless_the_policy_waives_it(
    tags: dict[str, str], owner: str
) -> None:
    (blocker,) = looked(tags=tags).blocking
    assert blocker.code == "stack_owned"
    assert blocker.sentence.startswith(f"belongs to {owner}, which fails without it or creates it anew")

    waived = looked({"waived": {"stack_owned": "the stack is deleted next"}}, tags=tags)
    assert (waived.blocking, [each.code for each in waived.waived]) == ((), ["stack_owned"])
    assert looked({"stack_tags": []}, tags={"terraform": "dwh"}).blockers == ()


def test_a_key_that_the_steward_may_not_look_at_blocks_until_the_policy_waives_it() -> None:
    unknown = Findings(key_state=UNKNOWN_KEY, usage=Usage(IDLE))
    waived = {"key_unknown": "the key belongs to another account"}

    assert codes(looked(None, unknown)) == ["key_unknown"]
    assert looked({"waived": waived}, unknown).blocking == ()


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"encrypted": None}, "Enabled", "encryption_unknown"),
        ({}, "PendingDeletion", "key_unusable"),
        ({"lakehouse": "SOMETHING_NEW"}, "Enabled", "lakehouse"),
        ({"identifier": "sales-ledger"}, "Enabled", "protected"),
        ({"tags": {"steward:protected": ""}}, "Enabled", "protected"),
    ],
)
def test_what_can_never_be_waived_blocks_by_itself(changes: dict[str, Any], state: str, code: str) -> None:
    waived = {code: "because", "in_use": "it is only the monitor"}

    inspection = looked({"waived": waived}, Findings(key_state=state, usage=Usage(IDLE)), **changes)

    assert [blocker.code for blocker in inspection.blocking] == [code]
    assert code in NEVER_WAIVED


@pytest.mark.parametrize("lakehouse", ["", "DEREGISTERED", "Deregistered"])
def test_a_cluster_that_is_not_registered_any_more_may_go(lakehouse: str) -> None:
    assert codes(looked(lakehouse=lakehouse)) == []


def test_an_unencrypted_cluster_needs_no_key() -> None:
    findings = Findings(key_state="missing", usage=Usage(IDLE))

    assert codes(looked(None, findings, encrypted=False)) == []


def test_what_the_policy_waives_is_told_with_its_reason_and_does_not_block() -> None:
    inspection = looked({"waived": {"zero_etl": "moved away"}}, found(integrations={"a": "b"}))

    assert inspection.blocking == ()
    (waived,) = inspection.waived
    assert waived.as_json()["waived"] == "moved away"


def test_what_only_the_whole_plan_shows_can_not_be_waived() -> None:
    inspection = with_blockers(Inspection(()), [("snapshot_quota", "has no room")])

    assert inspection.blocking[0].sentence.startswith("has no room; delete snapshots that nobody needs")


@pytest.mark.parametrize(("rule", "usage"), [(None, Usage({NOW - HOUR: 9})), ({"days": 2}, None)])
def test_without_an_idle_rule_nobody_asks_for_use(rule: Any, usage: Usage | None) -> None:
    policy = {"idle": rule and {"days": 2, "metric": "DatabaseConnections", "threshold": 0}}

    assert codes(looked(policy, found(usage))) == []


def test_use_at_the_threshold_is_none() -> None:
    rule = {"idle": {"days": 2, "metric": "CPUUtilization", "threshold": 4}}

    assert codes(looked(rule, found(Usage(IDLE | {NOW - HOUR: 4.0})))) == []


def test_use_before_the_rules_days_does_not_count() -> None:
    assert busy_hours(RULE, Usage({NOW - 3 * DAY: 9.0}), NOW) == []


def test_an_hour_without_a_value_is_never_idle() -> None:
    missing = {at: value for at, value in IDLE.items() if at != NOW - 5 * HOUR}

    assert unknown_hours(RULE, Usage(missing), NOW, NOW) == [NOW - 5 * HOUR]
    assert codes(looked(None, found(Usage(missing)))) == ["idleness_unknown"]


def test_hours_in_which_it_was_paused_are_idle_as_cloudtrail_tells() -> None:
    power = (PowerCall(PAUSED, NOW - 30 * HOUR, "ann"),)
    before = hours(NOW - 2 * DAY, NOW - 29 * HOUR)

    assert unknown_hours(RULE, Usage(before, power, paused_now=True), NOW, NOW) == []


def test_hours_without_a_value_in_which_it_ran_are_unknown() -> None:
    power = (PowerCall(PAUSED, NOW - 30 * HOUR, "ann"), PowerCall(RUNNING, NOW - 10 * HOUR, "ben"))
    usage = Usage(hours(NOW - 2 * DAY, NOW - 29 * HOUR), power)

    unknown = unknown_hours(RULE, usage, NOW, NOW)

    assert unknown == list(hours(NOW - 10 * HOUR, NOW))


@pytest.mark.parametrize(
    ("power", "paused_now", "expected"),
    [
        (None, True, []),
        ((), False, []),
        ((), True, [(NOW - DAY, NOW)]),
        ((PowerCall(RUNNING, NOW - HOUR, "ben"),), False, [(NOW - DAY, NOW - HOUR)]),
        ((PowerCall(PAUSED, NOW - HOUR, "ann"),), True, [(NOW - HOUR, NOW)]),
        ((PowerCall(PAUSED, NOW - HOUR, "ann"),), False, []),
        ((PowerCall(RUNNING, NOW - 2 * DAY, "ben"),), False, []),
    ],
)
def test_when_it_was_paused_is_read_backwards_from_now(
    power: tuple[PowerCall, ...] | None, expected: list[Any], *, paused_now: bool
) -> None:
    assert list(pause_spans(Usage({}, power, paused_now), NOW - DAY, NOW)) == expected


def test_what_the_run_itself_did_says_nothing_about_idleness() -> None:
    touched = NOW - 5 * HOUR
    usage = Usage(hours(touched - 2 * DAY, touched))

    assert codes(looked(None, found(usage), touched)) == []


def test_use_after_the_runs_first_change_still_counts() -> None:
    touched = NOW - 5 * HOUR
    usage = Usage(hours(touched - 2 * DAY, touched) | {NOW - HOUR: 1.0})

    assert codes(looked(None, found(usage), touched)) == ["in_use"]


def test_what_stays_behind_is_listed() -> None:
    left = LeftBehind(("nightly",), ("disk-full",), ("2 reserved nodes ra3.xlplus (r-1)",), "own", ("tuned",))

    assert left.sentences() == [
        "scheduled action nightly still fires; delete it",
        "CloudWatch alarm disk-full is about a cluster that is gone; delete it",
        "2 reserved nodes ra3.xlplus (r-1); they are still paid for",
        "subnet group own remains",
        "parameter group tuned remains",
    ]
    assert LeftBehind(node_type="ra3.xlplus").sentences() == LeftBehind().sentences() == []


def test_what_a_deletion_leaves_says_how_to_get_into_a_restored_cluster() -> None:
    secret, nodes = LeftBehind(managed_password=True, node_type="dc2.large").sentences()

    assert secret.startswith(
        "the secret with its admin password goes with it; to get into a restored cluster"
    )
    assert "nodes, dc2.large; restore its snapshots to a type that DescribeNodeConfigurationOptions" in nodes


def test_every_blocker_has_a_remedy_and_a_meaning() -> None:
    assert set(WHAT_TO_DO) == {*WAIVABLE, *NEVER_WAIVED}
    assert KEY in looked(None, Findings(key_state="Disabled", usage=Usage(IDLE))).sentence
    assert timedelta(days=RULE.days) == 2 * DAY


def test_each_blocker_that_a_check_yields_is_in_the_tables_and_none_else_is() -> None:
    trees = [ast.parse(inspect_source(module)) for module in (blockers, nominees)]
    yielded = {
        node.elts[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple)
        and node.elts
        and isinstance(node.elts[0], ast.Constant)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.elts[0].value, str)
    }
    assert yielded == set(WHAT_TO_DO)


def test_an_inspection_reads_each_fact() -> None:
    (made,) = (
        node
        for node in ast.walk(ast.parse(inspect_source(inspect_dependents)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Findings"
    )
    assert {keyword.arg for keyword in made.keywords} == {field.name for field in fields(Findings)}


@pytest.mark.parametrize("missing", [{"namespace_arn": ""}, {"created_at": None}])
def test_a_cluster_that_does_not_say_which_one_it_is_blocks_its_deletion(missing: dict[str, Any]) -> None:
    inspection = looked({"waived": {"identity_unknown": "never"}}, **missing)

    assert codes(inspection) == ["identity_unknown"]
    assert inspection.blocking, "nothing waives it"


def test_what_the_sdk_cannot_read_blocks_the_deletion() -> None:
    inspection = looked(not_read=("LakehouseRegistrationStatus",))

    assert codes(inspection) == ["sdk_outdated"]
    assert "LakehouseRegistrationStatus" in inspection.sentence


def test_every_member_that_is_read_of_a_cluster_is_looked_for_in_the_sdk() -> None:
    for module in (cluster, cluster_details, attached):
        calls = [node for node in ast.walk(ast.parse(inspect_source(module))) if isinstance(node, ast.Call)]
        gets = [node for node in calls if ast.unparse(node.func) == "answer.get"]
        read = {ast.literal_eval(node.args[0]) for node in gets}
        assert read, module.__name__
        assert sorted(read - {*SDK_MEMBERS}) == []


def test_the_sdk_of_this_repository_knows_every_member() -> None:
    model = boto3.client("redshift", region_name="eu-central-1").meta.service_model
    assert sorted({*SDK_MEMBERS} - {*model.shape_for("Cluster").members}) == []


def test_a_schedule_that_resumes_it_defeats_a_quarantine_and_nothing_else() -> None:
    findings = found(scheduled_resumes=("every-morning (cron(0 7 * * ? *))",))

    quarantined = looked({"quarantine_seconds": 86400}, findings)

    assert codes(quarantined) == ["scheduled_resume"]
    assert "by a schedule of Redshift: every-morning (cron(0 7 * * ? *)); disable" in quarantined.sentence
    assert codes(looked(None, findings)) == [], "without a quarantine it is in nobody's way"
    waived = {"quarantine_seconds": 86400, "waived": {"scheduled_resume": "it ends next week"}}
    assert looked(waived, findings).blocking == ()
