"""What is deployed: evidence that stays, functions that may do little, schedules that are never late."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from cli.requests.approvals_client import ANSWER_SECONDS
from infra.function import TIMEOUT
from policy import Deprovision, RotateKeys, SyncRoles
from steward.domain.durations import parse_duration
from steward.domain.error_budget import OUTAGE
from steward.domain.retry_budget import OUTAGE_BUDGET
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import ROTATE_KEYS, WORKFLOWS
from tests.support.synthesis import (
    as_list,
    definition,
    flat,
    logical_id,
    machine,
    resource,
    resources,
    states,
    template,
)


def test_ledger_and_documents_stay_when_the_stack_goes() -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket"):
        for kept in resources(kind).values():
            assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain"


def test_the_ledger_can_be_restored_and_not_be_deleted_by_accident() -> None:
    ledger = resource("AWS::DynamoDB::Table", "StorageLedger")
    assert ledger["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert ledger["DeletionProtectionEnabled"] is True


def test_the_runs_bucket_is_private_encrypted_and_versioned() -> None:
    bucket = resource("AWS::S3::Bucket", "StorageRuns")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert bucket["BucketEncryption"]


def test_notices_are_encrypted_and_go_to_the_people_in_the_policy() -> None:
    assert resource("AWS::SNS::Topic", "NoticesTopic")["KmsMasterKeyId"]
    assert resource("AWS::SNS::Subscription", "Notices")["Endpoint"] == "dba@example.com"


def test_the_schedule_fires_in_the_policys_time_zone_and_is_never_hours_late() -> None:
    schedule = resource("AWS::Scheduler::Schedule", "SchedulesRotateKeys")
    assert schedule["ScheduleExpression"] == "cron(0 22 ? * SAT *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    retries = schedule["Target"]["RetryPolicy"]
    assert retries["MaximumEventAgeInSeconds"] <= 900
    assert schedule["Target"]["DeadLetterConfig"]


def test_a_schedule_is_made_after_its_group_whose_mere_name_it_has() -> None:
    (group,) = resources("AWS::Scheduler::ScheduleGroup")
    schedules = resources("AWS::Scheduler::Schedule")
    assert schedules
    assert all(group in each["DependsOn"] for each in schedules.values())


def test_the_schedule_starts_the_machine_with_an_input_that_the_machine_takes() -> None:
    target = resource("AWS::Scheduler::Schedule", "SchedulesRotateKeys")["Target"]
    assert flat(target["Arn"]).endswith(":scheduler:::aws-sdk:sfn:startExecution")
    call = json.loads(flat(target["Input"]))
    assert call["StateMachineArn"].startswith("${RotateKeys")
    wanted = parse_run_input(json.loads(call["Input"]), ROTATE_KEYS.name)
    assert wanted.scheduled_at == "<aws.scheduler.scheduled-time>"


def test_every_function_runs_the_one_zip_on_arm_with_a_role_and_a_log_of_its_own() -> None:
    functions = list(resources("AWS::Lambda::Function").values())
    properties = [function["Properties"] for function in functions]
    assert {p["Runtime"] for p in properties} == {"python3.13"}
    assert {tuple(p["Architectures"]) for p in properties} == {("arm64",)}
    assert len({json.dumps(p["Code"]) for p in properties}) == 1
    assert len({flat(p["Role"]) for p in properties}) == len(functions)
    assert len({flat(p["LoggingConfig"]["LogGroup"]) for p in properties}) == len(functions)


MAY = {
    "redshift:RotateEncryptionKey": {"StartRotation", "AdvanceDeprovision"},
    "redshift:ModifyClusterIamRoles": {"ConvergeRoles"},
    "redshift:DeleteCluster": {"DeleteCluster", "RemoveCopy"},
    "redshift:DeleteTags": {"AdvanceDeprovision"},
    "iam:PassRole": {"ConvergeRoles"},
    "iam:GetRole": {"PlanRoles"},
}
"""Which functions may do what changes most; nobody may delete a snapshot or modify a cluster."""


def test_each_great_change_is_allowed_to_the_function_that_makes_it_and_to_no_other() -> None:
    allowed: dict[str, set[str]] = {}
    for name, policy in resources("AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            for action in as_list(statement["Action"]) if statement["Effect"] == "Allow" else ():
                allowed.setdefault(action, set()).add(name)
    great = ("redshift:Rotate", "redshift:Delete", "redshift:Modify", "iam:")
    assert {action for action in allowed if action.startswith(great)} == MAY.keys()
    for action, functions in MAY.items():
        assert len(allowed[action]) == len(functions)
        assert all(any(f"{name}Role" in policy for policy in allowed[action]) for name in functions), action
    assert "*" not in allowed


def test_a_role_may_be_given_to_redshift_only_and_only_one_that_the_policy_wants() -> None:
    (passing,) = [
        statement
        for policy in resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "iam:PassRole"
    ]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "redshift.amazonaws.com"}}
    assert sorted(passing["Resource"]) == [
        f"arn:aws:iam::123456789012:role/redshift-{name}"
        for name in ("copy", "ml", "partner-feed", "spectrum", "unload")
    ]


def test_changes_of_roles_by_others_start_a_run_and_our_own_do_not() -> None:
    rule = resource("AWS::Events::Rule", "ChangedByOthers")
    (target,) = rule["Targets"]
    issuer = rule["EventPattern"]["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
    ours, users = issuer
    (ours,) = ours["anything-but"]
    assert "ConvergeRoles" in flat(ours)
    assert users == {"exists": False}
    assert flat(target["Arn"]) == "${" + _logical_id_of_machine("sync-roles") + "}"
    assert target["DeadLetterConfig"]


def _logical_id_of_machine(workflow: str) -> str:
    machines = resources("AWS::StepFunctions::StateMachine").items()
    (found,) = [n for n, each in machines if each["Properties"]["StateMachineName"].endswith(f"-{workflow}")]
    return found


def test_the_machine_keeps_a_log_of_everything_but_the_data_and_is_traced() -> None:
    rotate_keys = machine(ROTATE_KEYS.name)
    assert rotate_keys["LoggingConfiguration"]["Level"] == "ALL"
    assert rotate_keys["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert rotate_keys["TracingConfiguration"] == {"Enabled": True}


def test_no_policy_grants_everything_or_is_managed_by_somebody_else() -> None:
    for role in resources("AWS::IAM::Role").values():
        assert not role["Properties"].get("ManagedPolicyArns")


@pytest.mark.parametrize("kind", ["Task", "Map"])
def test_every_state_that_can_fail_has_a_way_to_the_failure_path(kind: str) -> None:
    exempt = {"Report", "Abandon"}  # they are the failure path
    for name, state in states().items():
        if state["Type"] == kind and name not in exempt:
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_every_retry_ends_backs_off_and_jitters() -> None:
    for name, state in states().items():
        for retry in state.get("Retry", []):
            assert retry["JitterStrategy"] == "FULL", name
            assert retry["BackoffRate"] > 1
            assert 0 < retry["MaxAttempts"] <= 40
            assert retry["MaxDelaySeconds"] <= 3600, "an hour, the longest pause of an outage"
            assert not {"States.ALL", "States.TaskFailed"} & set(retry["ErrorEquals"]), "that retries bugs"


@pytest.mark.parametrize("last", ["Report", "Abandon"])
def test_the_last_step_waits_an_outage_out_as_long_as_any_other(last: str) -> None:
    retry = states()[last]["Retry"][-1]
    pauses = (retry["IntervalSeconds"] * 2**number for number in range(retry["MaxAttempts"]))

    on_the_average = sum(min(pause, retry["MaxDelaySeconds"]) for pause in pauses) / 2

    assert "AwsUnavailable" in retry["ErrorEquals"]
    assert OUTAGE_BUDGET.total_seconds() <= on_the_average < 1.5 * OUTAGE_BUDGET.total_seconds()


@pytest.mark.parametrize("waiting", ["Plan", "Each cluster"])
def test_an_outage_before_the_clusters_is_waited_out_by_count_and_time_and_success_ends_the_row(
    waiting: str,
) -> None:
    state, choice = states()[waiting], states()[f"Outage in {waiting}?"]
    (catch,) = state["Catch"]
    (borne,) = choice["Choices"]

    assert (catch["Next"], choice["Default"]) == (f"Outage in {waiting}?", "Report")
    assert "States.ItemReaderFailed" in catch["Assign"]["error"]
    assert states()[borne["Next"]]["Next"] == waiting
    assert f"? {OUTAGE.tolerated} :" in borne["Condition"]
    assert f"< {round(OUTAGE_BUDGET.total_seconds() * 1000)}" in borne["Condition"]
    assert state["Assign"]["error"] == {}


def test_one_child_execution_a_cluster_reads_its_items_from_s3() -> None:
    each = definition()["States"]["Each cluster"]
    assert each["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert each["ItemReader"]["Resource"].endswith(":states:::s3:getObject")
    assert each["MaxConcurrency"] == "{% $waves[$wave].max_concurrent %}"
    assert each["ToleratedFailurePercentage"] == "{% $waves[$wave].tolerated_failures_percent %}"


def test_no_lambda_polls_the_waiting_is_done_by_the_machine() -> None:
    looking = [
        name for name, s in states().items() if str(s.get("Resource", "")).endswith("describeClusters")
    ]
    assert sorted(looking) == ["Until paused: poll", "Until resumed: poll", "Until rotated: poll"]


def test_the_template_has_no_secret_and_no_account_other_than_the_policys() -> None:
    text = json.dumps(template())
    assert "password" not in text.lower()
    assert "123456789012" in text


def test_every_variable_that_a_state_reads_is_assigned_somewhere_in_its_machine() -> None:
    builtin = {"states", "toMillis", "merge", "not", "floor", "ceil", "max", "min", "string", "round"}
    builtin |= {
        "lowercase",
        "count",
        "expected",
        "now",
        "c",
        "nearly",
        "wanted",
        "longest",
        "exists",
        "contains",
        "fromMillis",
        "length",
    }

    def check(machine: dict[str, Any]) -> None:
        own = dict(machine["States"])
        assigned = {name for s in own.values() for name in _assigned(s)}
        for name, state in own.items():
            text = json.dumps({k: v for k, v in state.items() if k != "ItemProcessor"})
            used = set(re.findall(r"\$([A-Za-z_]+)", text)) - builtin
            assert used <= assigned, f"{name} reads {used - assigned}"
            if state["Type"] == "Map":
                child = {n for s in state["ItemProcessor"]["States"].values() for n in _assigned(s)}
                assert not child & assigned, "a child's variables have names of their own"
                check(state["ItemProcessor"])

    check(definition())


def _assigned(state: dict[str, Any]) -> set[str]:
    names = set(state.get("Assign", {}))
    for branch in [*state.get("Catch", []), *state.get("Choices", [])]:
        names |= set(branch.get("Assign", {}))
    return names


def test_a_run_keeps_its_code_and_its_policy_whatever_is_deployed_meanwhile() -> None:
    versions = resources("AWS::Lambda::Version")
    for workflow in WORKFLOWS:
        called = [
            s for s in states(definition(workflow)).values() if "FunctionName" in s.get("Arguments", {})
        ]
        assert called
        for state in called:
            version = versions[logical_id(state["Arguments"]["FunctionName"])]
            assert version["DeletionPolicy"] == version["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_step_functions_writes_logs_under_the_name_that_counts_against_no_resource_policy(
    workflow: str,
) -> None:
    """Step Functions guide, "Logging": log groups elsewhere share a policy of 5,120 characters."""
    groups = [each["Properties"] for each in resources("AWS::Logs::LogGroup").values()]
    names = {flat(each["LogGroupName"]) for each in groups if "LogGroupName" in each}
    assert f"/aws/vendedlogs/states/RedshiftSteward-production-{workflow}" in names


def test_a_run_may_take_longer_than_the_longest_deadline_of_a_cluster() -> None:
    """A run that Step Functions ends at the very deadline of its last cluster would not report it."""
    longest = {"rotate_keys": RotateKeys, "sync_roles": SyncRoles, "deprovision": Deprovision}
    for workflow in WORKFLOWS.values():
        deadline = schema_of_deadline(longest[workflow.key])
        assert workflow.longest_run > deadline + timedelta(days=1), workflow.name


def schema_of_deadline(section: Any) -> timedelta:
    """The longest that a section of the policy takes for its deadline: the last of the schema's examples."""
    text = section.model_json_schema()["properties"]["deadline"]["examples"][-1]
    return timedelta(seconds=parse_duration(text))


def test_the_command_waits_longer_for_an_answer_than_the_function_may_take() -> None:
    assert TIMEOUT.to_seconds() < ANSWER_SECONDS


def test_events_that_other_accounts_and_regions_forward_start_nothing() -> None:
    rules = [each["Properties"]["EventPattern"] for each in resources("AWS::Events::Rule").values()]
    assert len(rules) >= 2
    for pattern in rules:
        assert [flat(each) for each in pattern["account"]] == ["123456789012"]
        assert [flat(each) for each in pattern["region"]] == ["eu-central-1"]
