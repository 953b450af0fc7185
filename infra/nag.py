"""cdk-nag findings that stay, each with its reason beside the resource that it is about."""

import json
from collections.abc import Iterable
from typing import Any

from aws_cdk import Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept the finding ``rule`` for ``construct`` and everything below it, because of ``reason``.

    `Validations.acknowledge` takes no ids of cdk-nag's granular findings, so its metadata is written.
    """
    construct.node.add_metadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {rule: reason})


def acknowledge_wildcards(construct: IConstruct, resources: Iterable[str], reason: str) -> None:
    """Accept IAM permissions on exactly these ``resources``, which hold wildcards."""
    for arn in resources:
        named = _as_nag_writes(Stack.of(construct).resolve(arn))
        acknowledge(construct, f"AwsSolutions-IAM5[Resource::{named}]", reason)


def _as_nag_writes(value: Any) -> str:
    """An ARN as it stands in a finding's id: references in angle brackets."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_as_nag_writes(part) for part in argument[1])
    if function == "Fn::GetAtt":
        return f"<{'.'.join(argument)}>"
    return f"<{argument}>" if function == "Ref" else json.dumps(value, separators=(",", ":"))
