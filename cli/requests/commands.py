"""Deletions: requests, request, approve, reject, cancel."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Target, Yes, on_aws

PANEL = "Deletions"

RequestName = Annotated[
    str, typer.Argument(metavar="REQUEST", help="A request's id or its beginning, or its cluster.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


@app.command(rich_help_panel=PANEL)
@on_aws
def requests(target: Target, *, as_json: AsJson = False) -> None:
    """List the deletions that somebody has asked for, those that wait for an answer first."""
    from cli.aws import connect
    from cli.requests import answer_request

    answer_request.show(connect(target), as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def request(
    target: Target,
    cluster: Annotated[list[str], typer.Argument(metavar="CLUSTER...", help="The clusters to retire.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever approves.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask for clusters to be retired: inspected, approved by somebody else, snapshotted, deleted, proven."""
    from cli.aws import connect
    from cli.requests import answer_request

    answer_request.request(connect(target), cluster, reason, yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def approve(
    target: Target, request: RequestName, *, reason: Reason = "", yes: Yes = False, as_json: AsJson = False
) -> None:
    """Approve the deletion of a cluster: exactly the plan that is shown."""
    from cli.aws import connect
    from cli.requests import answer_request

    answer_request.answer(connect(target), request, "approve", reason, yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def reject(target: Target, request: RequestName, *, reason: Reason = "", as_json: AsJson = False) -> None:
    """Reject the deletion of a cluster, which then stays as it is."""
    from cli.aws import connect
    from cli.requests import answer_request

    answer_request.answer(connect(target), request, "reject", reason, yes=True, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def cancel(target: Target, request: RequestName, *, reason: Reason = "", as_json: AsJson = False) -> None:
    """Cancel a request, also an approved one as long as the cluster is not being deleted."""
    from cli.aws import connect
    from cli.requests import answer_request

    answer_request.answer(connect(target), request, "cancel", reason, yes=True, as_json=as_json)
