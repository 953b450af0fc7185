"""cdk-nag findings that stay, each with its reason beside the resource that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept ``rule`` for ``construct`` and everything below it, because of ``reason``."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
