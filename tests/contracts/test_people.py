"""The managed policies for people allow what their commands call: no more, no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.synthesis import as_list, resources

CLI = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
READING = {"all", "status", "history", "watch", "runs", "report", "policy check", "doctor"}
OPERATING = READING | {"plan", "run", "stop"}
APPROVING = {"all", "requests", "request", "approve", "reject", "cancel"}
OPTIONAL = {"iam:SimulatePrincipalPolicy"}
"""Without it a check of `doctor` is left out; it would show everybody's permissions."""


def declared(commands: set[str]) -> set[str]:
    """The actions that docs/cli.md names for these commands."""
    table = CLI.partition("\n## What your credentials need")[2]
    found: set[str] = set()
    for named, actions in re.findall(r"^\| (.*?) \| (.*) \|$", table, re.MULTILINE):
        if {name.strip(" `") for name in named.split(",")} & commands:
            found |= set(re.findall(r"`(\w+:\w+)`", actions))
    return found


def allowed(policy: str) -> set[str]:
    (found,) = (each for name, each in resources("AWS::IAM::ManagedPolicy").items() if policy in name)
    statements = found["Properties"]["PolicyDocument"]["Statement"]
    return {action for each in statements for action in as_list(each["Action"])}


@pytest.mark.parametrize(
    ("policy", "commands"),
    [("Reader", READING), ("Operator", OPERATING), ("Approvers", APPROVING)],
)
def test_a_policy_allows_what_the_commands_of_its_kind_of_person_call(
    policy: str, commands: set[str]
) -> None:
    assert allowed(policy) == declared(commands) - OPTIONAL


def test_reading_reaches_no_request_for_approval_and_writes_nothing() -> None:
    assert not {a for a in allowed("Reader") if not re.match(r"\w+:(Describe|Get|List|Query|BatchGet)", a)}
    assert allowed("Operator") - allowed("Reader") == {"states:StartExecution", "states:StopExecution"}
