"""Options that several commands share."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any

import typer

from steward.domain.workflows import WORKFLOWS

AWS_PANEL = "AWS"

Workflow = StrEnum("Workflow", {each.key.upper(): name for name, each in WORKFLOWS.items()})  # type: ignore[misc]  # mypy wants literals
Workflow.__doc__ = "A state machine; shells complete the names."


@dataclass(frozen=True)
class Target:
    """The AWS account, Region and environment of a command; None means the configured default."""

    profile: str | None = None
    region: str | None = None
    environment: str | None = None


WorkflowName = Annotated[Workflow, typer.Argument(help="The workflow.")]
OfWorkflow = Annotated[
    Workflow | None, typer.Option("--workflow", "-w", help="Consider only runs of this workflow.")
]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="The run's name or a prefix of it, its execution ARN, or latest.")
]
ClusterName = Annotated[str, typer.Argument(metavar="CLUSTER", help="A cluster identifier.")]
Clusters = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster", "-c", help="Only this cluster, instead of the policy's selection; can be repeated."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON document to stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Skip typing the name to confirm.")]

_PROFILE = Annotated[
    str | None,
    typer.Option("--profile", rich_help_panel=AWS_PANEL, help="AWS profile; overrides AWS_PROFILE."),
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
        help="The stack, if there are several: RedshiftSteward-<environment>, or another stack's name.",
    ),
]
_TARGET = {"profile": _PROFILE, "region": _REGION, "environment": _ENVIRONMENT}


def with_target(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `Target` to a command, which receives them as its first argument."""
    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _TARGET.items()
    ]

    @wraps(command)
    def call(**given: Any) -> None:
        target = Target(**{name: given.pop(name) or None for name in _TARGET})
        command(target, **given)

    parameters = [*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *added]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call
