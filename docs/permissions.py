"""Lists who may do what, and why, from the synthesized stack: `.venv/bin/python -m docs.permissions`."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.guardrails import guardrails
from steward.adapters.toolbox import tool_types
from tests.support.synthesis import as_list, flat, logical_id, resources, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TARGET = Path(__file__).parent / "permissions.md"

HEAD = """# Permissions

Who may do what, on what, under which condition, and why: taken from the synthesized stack of the example
policy by `.venv/bin/python -m docs.permissions`; a test keeps this page current. Nobody writes these
permissions: each follows from what a function's step uses ([ADR 0007](adr/0007-permissions-from-types.md)),
and a test proves that what is granted is what is called.

`REGION`, `ACCOUNT` and `STACK` are those of the environment; names in angle brackets are resources of the
stack (CDK grants a function's versions along with the function). The first table has all that may change a
cluster, a snapshot or a role; everything else reads, or writes what is the steward's own.
"""

CHANGES = re.compile(r"^(?!\w+:(Describe|Get|List|Lookup|Query|BatchGet))")
OURS = ("dynamodb:", "s3:", "logs:", "xray:", "sns:", "events:", "states:", "sqs:", "lambda:", "kms:")
"""Services in which the steward changes only what is its own."""

REASONS = {
    "logs:": "writes the log of its executions (CloudWatch Logs gives log delivery no narrower resource)",
    "xray:": "writes traces (X-Ray has no resource types)",
    "lambda:": "calls its functions",
    "s3:": "reads the items of a wave's child executions",
    "redshift:": "looks at clusters and snapshots while it waits (DescribeClusters has no resource types)",
    "states:": "runs one child execution a cluster",
    "sqs:": "keeps what could not be delivered",
}
"""Why roles that are no function's may do what they may, by service."""

EXAMPLE = {"eu-central-1": "REGION", "123456789012": "ACCOUNT", "RedshiftSteward-production": "STACK"}
"""What is the example policy's own."""

OUTPUTS = {"Approvers": "ApproversPolicy", "Operator": "OperatorPolicy", "Reader": "ReaderPolicy"}
"""The output with the ARN of each managed policy, by a part of its logical id."""

STARTS = "starts runs"
OWN_LOG = "writes its own log"


def page() -> str:
    """The whole of docs/permissions.md."""
    roles = {name: statements_of(name) for name in resources("AWS::IAM::Role")}
    functions = {_role(each["Properties"]): each["Properties"] for each in _functions()}
    parts = [HEAD, *_changing(functions, roles), "## Functions\n"]
    for role in sorted(functions, key=lambda role: functions[role]["Handler"]):
        parts += _function(functions[role], roles[role])
    parts.append("## State machines, schedules and rules\n")
    for role in sorted(roles.keys() - functions.keys()):
        reason = partial(_reason, "EventsRole" in role or role.startswith("SchedulerRole"))
        parts += [f"### {_name(role)}\n", *_table(roles[role], reason), ""]
    return "\n".join([*parts, *_people(), *_others(), *guardrails()])


def _functions() -> Iterable[dict[str, Any]]:
    return resources("AWS::Lambda::Function").values()


def _changing(functions: dict[str, Any], roles: dict[str, Any]) -> Iterator[str]:
    """Which functions may change something outside of the stack."""
    rows: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for role, function in functions.items():
        for statement in roles[role]:
            for action in as_list(statement["Action"]):
                if statement["Effect"] == "Allow" and CHANGES.match(action) and not action.startswith(OURS):
                    rows[action, _resources(statement), _condition(statement)].add(_handler(function))
    yield "## Who may change clusters\n"
    yield from ("| action | functions | on | condition |", "|---|---|---|---|")
    for (action, where, condition), handlers in sorted(rows.items()):
        named = "<br>".join(f"`{name}`" for name in sorted(handlers))
        yield f"| `{action}` | {named} | {where} | {condition} |"
    yield ""


def _function(function: dict[str, Any], statements: list[dict[str, Any]]) -> Iterator[str]:
    handler = _handler(function)
    module = import_module(f"steward.handlers.{handler}")
    reasons: dict[str, list[str]] = defaultdict(list)
    for adapter in tool_types(module.Tools).values():
        for grant in adapter.GRANTS:  # type: ignore[attr-defined]  # each adapter has them
            for action in grant.actions:
                reasons[action].append(_sentence(adapter))

    def reason(action: str) -> str:
        return "; ".join(dict.fromkeys(reasons.get(action, [OWN_LOG])))

    yield f"### `{handler}`\n"
    yield f"{' '.join((module.__doc__ or '').split())}\n"
    yield from _table(statements, reason)
    yield ""


def _table(statements: list[dict[str, Any]], reason: Any) -> Iterator[str]:
    """One row for the actions that are allowed on the same, under the same condition, for the same reason."""
    rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for statement in statements:
        where, condition = _resources(statement), _condition(statement)
        for action in as_list(statement["Action"]):
            why = "**denied**" if statement["Effect"] == "Deny" else reason(action)
            rows[where, condition, why].append(action)
    yield from ("| actions | on | condition | why |", "|---|---|---|---|")
    for (where, condition, why), actions in rows.items():
        named = "<br>".join(f"`{action}`" for action in sorted(actions))
        yield f"| {named} | {where} | {condition} | {why} |"


def _people() -> Iterator[str]:
    yield "## People\n"
    yield "Attach the managed policy to them that the stack's output names.\n"
    for name, policy in sorted(resources("AWS::IAM::ManagedPolicy").items()):
        yield f"### {OUTPUTS[next(each for each in OUTPUTS if each in name)]}\n"
        yield f"{policy['Properties']['Description']}\n"
        yield from _table(policy["Properties"]["PolicyDocument"]["Statement"], _for_commands)
        yield ""


def _for_commands(action: str) -> str:
    return "answers requests as the one who signs" if action.startswith("lambda:Invoke") else "for `steward`"


def _others() -> Iterator[str]:
    """What AWS services may do by the resources' own policies."""
    yield "## AWS services, by the resources' own policies\n"
    kinds = {"AWS::SNS::TopicPolicy": "PolicyDocument", "AWS::KMS::Key": "KeyPolicy"}
    kinds |= {"AWS::SQS::QueuePolicy": "PolicyDocument", "AWS::S3::BucketPolicy": "PolicyDocument"}
    for kind, document in kinds.items():
        for name, each in sorted(resources(kind).items()):
            yield f"### {_name(name)} ({kind.removeprefix('AWS::')})\n"
            yield from ("| | who | actions | condition |", "|---|---|---|---|")
            for statement in each["Properties"][document]["Statement"]:
                actions = "<br>".join(f"`{action}`" for action in as_list(statement["Action"]))
                yield f"| {statement['Effect']} | {_who(statement)} | {actions} | {_condition(statement)} |"
            yield ""


def _role(function: dict[str, Any]) -> str:
    return str(logical_id(flat(function["Role"])))


def _handler(function: dict[str, Any]) -> str:
    return str(function["Handler"]).removeprefix("steward.handlers.").removesuffix(".handler")


def _sentence(adapter: type) -> str:
    """The first sentence of an adapter's docstring, as the end of one of ours."""
    first = re.split(r"(?<=[a-z`)])[.;:] ", " ".join((adapter.__doc__ or "").split()))[0].rstrip(".")
    return first[0].lower() + first[1:]


def _reason(starts: bool, action: str) -> str:  # noqa: FBT001  # bound for all of a role's actions
    if starts and action == "states:StartExecution":
        return STARTS
    return next((why for service, why in REASONS.items() if action.startswith(service)), "")


def _resources(statement: dict[str, Any]) -> str:
    named = [_plain(flat(each)) for each in as_list(statement["Resource"])]
    return "<br>".join(f"`{name}`" for name in named if name.removesuffix(":*") not in {*named} - {name})


def _condition(statement: dict[str, Any]) -> str:
    told = [
        f"`{key}` {operator} {', '.join(f'`{_value_text(each)}`' for each in as_list(value))}"
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, value in keys.items()
    ]
    return "<br>".join(told)


def _who(statement: dict[str, Any]) -> str:
    principal = statement["Principal"]
    if isinstance(principal, str):
        return f"`{principal}`"
    return "<br>".join(f"`{_plain(flat(each))}`" for value in principal.values() for each in as_list(value))


def _value_text(value: Any) -> str:
    """A condition's value: texts and references, or a number."""
    return _plain(flat(value)) if isinstance(value, str | dict) else str(value)


def _plain(text: str) -> str:
    """An ARN or a name without what differs from environment to environment."""
    # the last part of a machine's ARN: Fn::Select of a Fn::Split
    text = re.sub(r'\$\{\[6, .*?"Ref": "(\w+)"\}\]\}\]\}', r"${\1}", text)
    text = re.sub(r"\$\{AWS::(\w+)\}", lambda match: match[1].upper(), text)
    text = re.sub(r"\$\{([A-Za-z0-9]+)(?:\.(\w+))?\}", lambda match: f"<{_name(match[1])}>", text)
    for value, word in EXAMPLE.items():
        text = text.replace(value, word)
    return text.replace("|", "\\|")


def _name(logical: str) -> str:
    """A logical id without the hash of CDK at its end; a function's version also has its code's."""
    return re.sub(r"([0-9A-F]{8}([0-9a-f]{32})?|[0-9a-f]{6})$", "", logical)


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} is current\n")


if __name__ == "__main__":
    main()
