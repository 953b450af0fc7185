"""The fleet: status, history."""

from __future__ import annotations

import typer

from cli.app import app
from cli.options import AsJson, ClusterName, Target, on_aws

PANEL = "The fleet"


@app.command(rich_help_panel=PANEL)
@on_aws
def status(
    target: Target,
    *,
    as_json: AsJson = False,
) -> None:
    """Show each cluster: status, age of its keys, drift of its roles, who works on it, its last outcome."""
    from cli import overview
    from cli.aws import connect

    overview.status(connect(target), as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def history(target: Target, cluster: ClusterName, *, as_json: AsJson = False) -> None:
    """Show what was ever done to a cluster, by which run, how it ended and why; also of deleted clusters."""
    from cli import overview
    from cli.aws import connect

    raise typer.Exit(overview.history(connect(target), cluster, as_json=as_json))
