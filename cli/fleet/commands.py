"""The commands `status` and `history`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, ClusterName, Target, with_target

PANEL = "Fleet"


@app.command(rich_help_panel=PANEL)
@with_target
def status(
    target: Target,
    *,
    html: Annotated[Path | None, typer.Option("--html", help="Write an HTML page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show each cluster: status, age of its keys, role drift, which run holds it, and its last outcome."""
    from cli.deployed_stack import connect
    from cli.fleet.status import show_status
    from cli.output import print_note

    stack = connect(target)
    if html:
        from cli.fleet.status_page import write_status_page

        write_status_page(stack, html)
        print_note(f"Page written to {html}")
    if as_json or not html:
        show_status(stack, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def history(target: Target, cluster: ClusterName, *, as_json: AsJson = False) -> None:
    """Show what each run did to a cluster, or why it did nothing; deleted clusters keep their history."""
    from cli.deployed_stack import connect
    from cli.fleet.history import show_history

    show_history(connect(target), cluster, as_json=as_json)
