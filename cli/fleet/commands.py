"""The fleet: status, history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, ClusterName, Target, on_aws

PANEL = "The fleet"


@app.command(rich_help_panel=PANEL)
@on_aws
def status(
    target: Target,
    *,
    html: Annotated[Path | None, typer.Option("--html", help="Write the fleet's page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show each cluster: status, age of its keys, drift of its roles, who works on it, its last outcome."""
    from cli.aws import connect
    from cli.fleet import status
    from cli.output import note

    stack = connect(target)
    if html:
        from cli.fleet import status_page

        status_page.write(stack, html)
        note(f"the fleet's page is in {html}")
    if as_json or not html:
        status.status(stack, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def history(target: Target, cluster: ClusterName, *, as_json: AsJson = False) -> None:
    """Show what was ever done to a cluster, by which run, how it ended and why; also of deleted clusters."""
    from cli.aws import connect
    from cli.fleet import status

    raise typer.Exit(status.history(connect(target), cluster, as_json=as_json))
