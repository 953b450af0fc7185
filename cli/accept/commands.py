"""The command `accept`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import Target, Yes, with_target

Only = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only this subject, and what it needs; can be repeated."),
]
Folder = Annotated[
    Path, typer.Option("--report", help="The folder for journals, reports and knob files.", file_okay=False)
]


@app.command(rich_help_panel="Setup")
@with_target
def accept(
    target: Target,
    *,
    only: Only = None,
    report: Folder = Path("steward-accept"),
    subnet_group: Annotated[
        str, typer.Option("--subnet-group", help="The cluster subnet group; without it, the default VPC.")
    ] = "",
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="Only remove what earlier runs have left.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Settle on a small cluster of its own how AWS behaves here, and remove it again.

    Says before what it creates and about what that costs. The exit code is 1 if AWS behaves otherwise than
    local AWS assumes, or if something could not be looked at to its end.
    """
    from cli.accept import run_acceptance

    if clean_up:
        raise typer.Exit(run_acceptance.clean_up(target, report))
    raise typer.Exit(run_acceptance.accept(target, only or [], report, subnet_group=subnet_group, yes=yes))
