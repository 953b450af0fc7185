"""The commands `requests`, `request`, `approve`, `reject` and `cancel`."""

from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Target, Yes, with_target

PANEL = "Deletions"

RequestName = Annotated[
    str, typer.Argument(metavar="REQUEST", help="The request's id or a prefix of it, or the cluster's name.")
]
Reason = Annotated[str, typer.Option("--reason", help="The reason, for the record.")]


@app.command(rich_help_panel=PANEL)
@with_target
def requests(target: Target, *, as_json: AsJson = False) -> None:
    """List deletion requests, the ones that wait for an answer first."""
    from cli.deployed_stack import connect
    from cli.requests.list_requests import list_requests

    list_requests(connect(target), as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def request(
    target: Target,
    cluster: Annotated[list[str], typer.Argument(metavar="CLUSTER...", help="The clusters to delete.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="The reason, for the approver.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Request the deletion of clusters: inspection, a second person's approval, snapshots, then deletion."""
    from cli.deployed_stack import connect
    from cli.requests.submit_request import submit_request

    submit_request(connect(target), cluster, reason, yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def approve(
    target: Target, request: RequestName, *, reason: Reason = "", yes: Yes = False, as_json: AsJson = False
) -> None:
    """Approve a deletion: exactly the plan that is shown."""
    _answer(target, request, "approve", reason, yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def reject(target: Target, request: RequestName, *, reason: Reason = "", as_json: AsJson = False) -> None:
    """Reject a deletion; the cluster is unchanged."""
    _answer(target, request, "reject", reason, yes=True, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def cancel(target: Target, request: RequestName, *, reason: Reason = "", as_json: AsJson = False) -> None:
    """Cancel a request, even an approved one, until the cluster is being deleted."""
    _answer(target, request, "cancel", reason, yes=True, as_json=as_json)


def _answer(target: Target, request: str, verb: str, reason: str, *, yes: bool, as_json: bool) -> None:
    from cli.deployed_stack import connect
    from cli.requests.answer_request import answer_request

    answer_request(connect(target), request, verb, reason, yes=yes, as_json=as_json)
