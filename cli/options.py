"""Options that many commands have, written once."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

AWS_PANEL = "Which AWS"


class Workflow(StrEnum):
    """The state machines; shells complete their names."""

    ROTATE_KEYS = ROTATE_KEYS.name
    SYNC_ROLES = SYNC_ROLES.name
    DEPROVISION = DEPROVISION.name


@dataclass(frozen=True)
class Target:
    """Which AWS account, Region and environment a command is about; None takes what is configured."""

    profile: str | None = None
    region: str | None = None
    environment: str | None = None


WorkflowName = Annotated[Workflow, typer.Argument(help="Which state machine.")]
OfWorkflow = Annotated[
    Workflow | None, typer.Option("--workflow", "-w", help="Only runs of this state machine.")
]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's name or its beginning, its execution's ARN, or latest.")
]
ClusterName = Annotated[str, typer.Argument(metavar="CLUSTER", help="A cluster identifier.")]
Clusters = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster", "-c", help="Only this cluster, instead of the policy's selection; may be repeated."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, and nothing else there.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for the cluster's name to be typed.")]

_PROFILE = Annotated[
    str | None,
    typer.Option("--profile", rich_help_panel=AWS_PANEL, help="AWS profile, instead of AWS_PROFILE."),
]
_REGION = Annotated[
    str | None, typer.Option("--region", envvar="AWS_REGION", rich_help_panel=AWS_PANEL, help="AWS Region.")
]
_ENVIRONMENT = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        envvar="STEWARD_ENVIRONMENT",
        rich_help_panel=AWS_PANEL,
        help="Which of several stacks: RedshiftSteward-<environment>, or one of your own.",
    ),
]
_TARGET = {"profile": _PROFILE, "region": _REGION, "environment": _ENVIRONMENT}


def on_aws(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Target`, which it takes as its first argument."""
    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    asked = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _TARGET.items()
    ]

    @wraps(command)
    def reached(**given: Any) -> None:
        target = Target(**{name: given.pop(name) or None for name in _TARGET})
        command(target, **given)

    keyworded = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    reached.__signature__ = inspect.Signature([*keyworded, *asked])  # type: ignore[attr-defined]  # what typer reads
    reached.__annotations__ = {each.name: each.annotation for each in [*keyworded, *asked]}
    return reached
