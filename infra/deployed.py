"""What a workflow leaves with the core, for those that observe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_stepfunctions as sfn


@dataclass(frozen=True)
class Deployed:
    """A workflow's state machine, and the policy's section that it carries, as normalised JSON."""

    machine: sfn.IStateMachine
    settings: Mapping[str, Any]
