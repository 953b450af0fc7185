"""The synthesized stack, once per test process."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk.aws_lambda import Code

from infra.stack import StewardStack
from policy import load
from steward.domain.workflows import ROTATE_KEYS, WORKFLOWS

REPOSITORY = Path(__file__).parents[2]


def steward_stack(app: App, code: Code | None = None) -> StewardStack:
    """The stack of the example policy's first environment; its code is a stub unless it is given."""
    policy = load(REPOSITORY / "fleet.yaml")
    stub = Code.from_asset(str(REPOSITORY / "functions" / "steward" / "handlers"))
    return StewardStack(app, policy, policy.environments[0], code=code or stub)


def sections() -> dict[str, dict[str, Any]]:
    """The example policy's sections as the functions of its first environment have them."""
    policy = load(REPOSITORY / "fleet.yaml")
    environment = policy.environments[0]
    return policy.settings(environment.account, environment.region)


def context() -> dict[str, Any]:
    """The feature flags that cdk.json sets."""
    return dict(json.loads((REPOSITORY / "cdk.json").read_text())["context"])


@cache
def template() -> dict[str, Any]:
    """The CloudFormation template of `fleet.yaml`'s environment."""
    app = App(context=context())
    stack = steward_stack(app)
    return dict(app.synth().get_stack_by_name(stack.stack_name).template)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The template's resources of one type, by logical id."""
    return {name: r for name, r in template()["Resources"].items() if r["Type"] == kind}


def resource(kind: str, name: str) -> dict[str, Any]:
    """The properties of the one resource of that type whose logical id speaks of ``name``."""
    found = [r["Properties"] for logical_id, r in resources(kind).items() if name in logical_id]
    assert len(found) == 1, f"{len(found)} resources {kind} speak of {name}"
    return dict(found[0])


def flat(value: Any) -> str:
    """A template value as one text: joins joined, references as ``${LogicalId}``, the partition as aws."""
    if isinstance(value, str):
        return value
    if value == {"Ref": "AWS::Partition"}:
        return "aws"
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(flat(part) for part in argument[1])
    if function == "Fn::GetAtt":
        return "${" + ".".join(argument) + "}"
    return "${" + (argument if isinstance(argument, str) else json.dumps(argument)) + "}"


def machine(workflow: str) -> dict[str, Any]:
    """The properties of a workflow's state machine."""
    found = [each["Properties"] for each in resources("AWS::StepFunctions::StateMachine").values()]
    named = [each for each in found if each["StateMachineName"].endswith(f"-{workflow}")]
    assert named, f"the stack has no state machine …-{workflow}: see docs/adding-a-workflow.md, steps 7 and 8"
    return dict(named[0])


def deployed() -> list[str]:
    """The workflows that the example policy has."""
    machines = resources("AWS::StepFunctions::StateMachine").values()
    names = [each["Properties"]["StateMachineName"] for each in machines]
    return [workflow for workflow in WORKFLOWS if any(name.endswith(f"-{workflow}") for name in names)]


def definition(workflow: str = ROTATE_KEYS.name) -> dict[str, Any]:
    """The state machine of a workflow as ASL; references to functions are ``${LogicalId.Arn}``."""
    return dict(json.loads(flat(machine(workflow)["DefinitionString"])))


def states(asl: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Every state of a definition by name, those of its Distributed Map children included."""
    found: dict[str, dict[str, Any]] = {}
    for name, state in (asl or definition())["States"].items():
        found[name] = state
        if state["Type"] == "Map":
            found |= states(state["ItemProcessor"])
    return found


def logical_id(reference: str) -> str:
    """``LogicalId`` of ``${LogicalId.Arn}``."""
    match = re.fullmatch(r"\$\{(\w+)(\.\w+)?\}", reference)
    assert match, reference
    return match.group(1)


def function_id(reference: str) -> str:
    """The logical id of the function of a version, or of a function itself, that is referred to."""
    found = template()["Resources"][logical_id(reference)]
    if found["Type"] == "AWS::Lambda::Version":
        return logical_id(flat(found["Properties"]["FunctionName"]))
    return logical_id(reference)


def statements_of(role: str) -> list[dict[str, Any]]:
    """The statements of a role's policies."""
    return [
        statement
        for policy in resources("AWS::IAM::Policy").values()
        if role in {logical_id(flat(name)) for name in policy["Properties"]["Roles"]}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    """IAM writes one of something without a list."""
    return value if isinstance(value, list) else [value]
