"""Granted is what is used: nothing that no code calls, and nothing missing that some code does."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from steward.adapters import toolbox
from steward.adapters.grants import Scope
from steward.domain.workflows import WORKFLOWS
from steward.handlers import __path__ as handlers_path
from tests.adapters.runs import LEDGER_KEYS
from tests.contracts.asl import sdk_call
from tests.contracts.calls import actions_of, model
from tests.support.synthesis import (
    as_list,
    definition,
    flat,
    function_id,
    logical_id,
    machine,
    resource,
    resources,
    statements_of,
    states,
)

ADAPTERS = sorted(toolbox.FACTORIES, key=lambda kind: kind.__name__)
FOLDER = Path(next(iter(handlers_path)))
HANDLERS = sorted(
    ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    for path in FOLDER.rglob("[!_]*.py")
    if path.stem not in {"log", "factory", "refusals"}
)
READS = re.compile(r"\w+:(Describe|Get|List|Lookup)")
OWN_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}

LOGGING = {
    f"logs:{name}"
    for name in (
        "CreateLogDelivery",
        "GetLogDelivery",
        "UpdateLogDelivery",
        "DeleteLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "DescribeResourcePolicies",
        "DescribeLogGroups",
    )
}
"""What a machine with a log needs (Step Functions guide, "Using CloudWatch Logs"); CDK grants it."""

TRACING = {
    f"xray:{name}"
    for name in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
}
"""What a traced machine needs (Step Functions guide, "AWS X-Ray"); CDK grants it."""

CHILDREN = {
    f"states:{name}" for name in ("StartExecution", "DescribeExecution", "StopExecution", "RedriveExecution")
}
"""What a Distributed Map needs (Step Functions guide, "IAM policies for Distributed Map"); CDK grants it."""


class _Careless:
    """An adapter that declares nothing and calls much: the tests' own test."""

    def __init__(self, redshift: Any, table: Any) -> None:
        self._redshift, self._table = redshift, table

    def everything(self) -> None:
        """Calls through a client, a paginator, a bound method and a resource."""
        self._redshift.delete_cluster(ClusterIdentifier="a")
        self._redshift.get_paginator("describe_events").paginate()
        call = self._redshift.pause_cluster
        call(ClusterIdentifier=self._table.name)
        self._table.scan()


class _Extended(_Careless):
    """What a class inherits counts, too."""


def granted_to(role: str) -> set[str]:
    """All actions that the policies of a role allow."""
    allowed = (each for each in statements_of(role) if each["Effect"] == "Allow")
    return {action for statement in allowed for action in as_list(statement["Action"])}


def role_of_handler(handler: str) -> str:
    """The logical id of the role of the function that runs a handler."""
    (role,) = (
        function["Properties"]["Role"]
        for function in resources("AWS::Lambda::Function").values()
        if function["Properties"]["Handler"] == f"steward.handlers.{handler}.handler"
    )
    return logical_id(flat(role))


def machine_role(workflow: str) -> str:
    return logical_id(flat(machine(workflow)["RoleArn"]))


@pytest.mark.parametrize("careless", [_Careless, _Extended])
def test_every_way_to_call_aws_is_seen(careless: type) -> None:
    assert actions_of(careless) == {
        "redshift:DeleteCluster",
        "redshift:DescribeEvents",
        "redshift:PauseCluster",
        "dynamodb:Scan",
    }


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_declares_the_actions_of_its_calls_no_more_and_no_less(adapter: Any) -> None:
    # what IAM asks for when a call does something besides is no call
    of_calls = (g for g in adapter.GRANTS if not (g.passed_to or g.via or g.besides))
    declared = {action for grant in of_calls for action in grant.actions}
    assert sorted(declared) == sorted(actions_of(adapter))


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_change_is_never_declared_for_every_resource(adapter: Any) -> None:
    unbounded = {a for grant in adapter.GRANTS if grant.scope is Scope.ANY for a in grant.actions}
    assert {action for action in unbounded if not READS.match(action)} == set()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_tags_and_records_are_declared_by_their_keys(adapter: Any) -> None:
    for grant in adapter.GRANTS:
        tags = {"redshift:CreateTags", "redshift:DeleteTags"} & set(grant.actions)
        records = [action for action in grant.actions if action.startswith("dynamodb:")]
        assert bool(tags) is bool(grant.tag_keys), f"{grant}: tagging() names the keys"
        assert bool(records) is bool(grant.records), f"{grant}: on_records() names the partitions"
        assert ("kms:CreateGrant" in grant.actions) is grant.for_service, f"{grant}: see use_of_keys()"


def test_every_adapter_has_a_maker_and_every_tool_of_a_step_is_an_adapter() -> None:
    used = set()
    for handler in HANDLERS:
        types = toolbox.tool_types(import_module(f"steward.handlers.{handler}").Tools)
        assert set(types.values()) <= set(toolbox.FACTORIES), handler
        used |= set(types.values())
    assert used == set(toolbox.FACTORIES), "a maker that no step uses"


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_functions_role_may_do_what_its_tools_declare_and_write_its_log(handler: str) -> None:
    tools = import_module(f"steward.handlers.{handler}").Tools
    declared = {action for grant in toolbox.grants_of(tools) for action in grant.actions}
    assert granted_to(role_of_handler(handler)) == declared | OWN_LOG


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_writes_to_its_own_log_only(handler: str) -> None:
    role = role_of_handler(handler)
    (logs,) = (s for s in statements_of(role) if set(as_list(s["Action"])) == OWN_LOG)
    (function,) = (
        f["Properties"]
        for f in resources("AWS::Lambda::Function").values()
        if logical_id(flat(f["Properties"]["Role"])) == role
    )
    assert logical_id(flat(logs["Resource"])) == logical_id(flat(function["LoggingConfig"]["LogGroup"]))


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_machine_may_do_what_its_definition_does(workflow: str) -> None:
    needed = LOGGING | TRACING
    for state in states(definition(workflow)).values():
        service, operation = sdk_call(state)
        if service == "lambda":
            needed |= {"lambda:InvokeFunction"}
        elif service:
            needed |= {f"{model(service).signing_name}:{operation}"}
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            needed |= CHILDREN
        if state.get("ItemReader", {}).get("Resource", "").endswith(":s3:getObject"):
            needed |= {"s3:GetObject"}
    assert granted_to(machine_role(workflow)) == needed


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_machine_may_invoke_the_functions_that_it_invokes_and_no_others(workflow: str) -> None:
    invoked = {
        function_id(state["Arguments"]["FunctionName"])
        for state in states(definition(workflow)).values()
        if sdk_call(state)[0] == "lambda"
    }
    granted = statements_of(machine_role(workflow))
    arns = {
        flat(arn)
        for statement in granted
        if statement["Action"] == "lambda:InvokeFunction"
        for arn in as_list(statement["Resource"])
    }
    assert {function_id(arn.removesuffix(":*")) for arn in arns} == invoked
    # a run of an earlier release calls that release's versions, and nothing calls what is not published
    assert {f"${{{name}.Arn}}:*" for name in invoked} <= arns
    assert not {f"${{{name}.Arn}}" for name in invoked} & arns


@pytest.mark.parametrize("name", ["RotateKeys", "SyncRoles", "Deprovision"])
def test_a_schedule_may_start_its_machine_and_leave_what_it_missed(name: str) -> None:
    schedule = resource("AWS::Scheduler::Schedule", f"Schedules{name}")
    role = logical_id(flat(schedule["Target"]["RoleArn"]))
    assert granted_to(role) == {"states:StartExecution", "sqs:SendMessage"}


def test_every_action_that_is_granted_exists() -> None:
    for policy in resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            for action in as_list(statement["Action"]):
                assert "*" not in action
                assert _exists(action), action


NAMES = {"states": "stepfunctions", "servicequotas": "service-quotas"}
"""botocore's names of services that IAM names otherwise."""


def _exists(action: str) -> bool:
    """Whether botocore knows an operation of the action's name, or AWS has the action beside its API."""
    beside = LOGGING | {"lambda:InvokeFunction", "iam:PassRole"}
    service, name = action.split(":")
    known = model(NAMES.get(service, service)).operation_names
    return name in known or action in beside


def test_the_tests_ledger_has_the_keys_of_the_deployed_one() -> None:
    deployed = resource("AWS::DynamoDB::Table", "StorageLedger")
    assert {name: deployed[name] for name in LEDGER_KEYS} == LEDGER_KEYS
