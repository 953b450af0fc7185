"""The policy: policy check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Target, on_aws

policy = typer.Typer(help="The policy, fleet.yaml.")
app.add_typer(policy, name="policy", rich_help_panel="Set up")


@policy.callback()
def section() -> None:
    """The policy, fleet.yaml."""


@policy.command()
@on_aws
def check(
    target: Target,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy.")] = Path("fleet.yaml"),
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Check the file alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a policy file, and show which live clusters each of its rules takes and leaves out, and why.

    Needs no deployed stack, and without credentials it checks the file alone.
    """
    from cli.policy import check_policy

    raise typer.Exit(check_policy.check(target, file, offline=offline, as_json=as_json))
