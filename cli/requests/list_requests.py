"""`steward requests`: every deletion request, the ones that wait for an answer first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.output import add_row, cell, console, new_table, print_json, print_line
from cli.requests.approvals_client import ApprovalsClient
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment

COLORS = {
    "waiting": "cyan",
    "approved": "green",
    "rejected": "yellow",
    "expired": "yellow",
    "cancelled": "yellow",
}


def list_requests(stack: DeployedStack, *, as_json: bool) -> None:
    """Print the open requests and the newest closed ones, in the order in which the API returns them."""
    requests = ApprovalsClient(stack).list_requests()
    if as_json:
        print_json({"requests": requests})
        return
    if not requests:
        print_line(console(), "No deletion requests.")
        return
    rows = new_table("request", "cluster", "status", "requested by", "time left", "reason", folding="reason")
    for each in requests:
        _add_request(rows, each, stack.now())
    console().print(rows)


def _add_request(rows: Any, request: Mapping[str, Any], now: datetime) -> None:
    status = cell(request["status"], COLORS.get(request["status"], "yellow"))
    who, reason = request["requested_by"], request.get("reason", "")
    add_row(rows, request["id"], request["cluster"], status, who, time_left(request, now), reason)


def time_left(request: Mapping[str, Any], now: datetime) -> str:
    """How long the request can still be answered; empty once it has an answer."""
    if request["status"] != "waiting":
        return ""
    return humanize((parse_moment(request["expires_at"]) - now).total_seconds())
