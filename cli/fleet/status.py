"""`steward status`: a table of all clusters."""

from collections import Counter
from datetime import datetime

from rich.text import Text

from cli.deployed_stack import DeployedStack
from cli.fleet.cluster_state import DAY, ClusterState, cluster_document, read_fleet
from cli.fleet.operation_document import operation_document
from cli.output import add_row, cell, console, new_table, print_json, print_line
from cli.runs.outcomes import outcome_text
from cli.runs.run_progress import step_label
from steward.domain.cluster import Cluster
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment
from steward.domain.status import Phase

NOTHING = "-"


def show_status(stack: DeployedStack, *, as_json: bool) -> None:
    """Print every cluster of the Region, by name, and a summary."""
    states, now = read_fleet(stack), stack.now()
    if as_json:
        clusters = [cluster_document(state, now) for state in states]
        print_json(
            {"environment": stack.environment, "region": stack.region, "now": now, "clusters": clusters}
        )
        return
    if not states:
        print_line(console(), f"No clusters in {stack.region}.")
        return
    rows = new_table("cluster", "status", "keys", "roles", "lock", "last outcome", folding="last outcome")
    for state in states:
        add_row(
            rows,
            state.cluster.identifier,
            _status(state.cluster),
            _keys(state, now),
            _roles(state),
            _lock(state),
            _last(state, now),
        )
    out = console()
    out.print(rows)
    print_line(out, _summary(states, now))


def _status(cluster: Cluster) -> Text:
    """ClusterStatus of a ready cluster, else with its ClusterAvailabilityStatus."""
    ready = cluster.phase is Phase.READY
    return cell(cluster.status if ready else cluster.described, "" if ready else "yellow")


def _keys(state: ClusterState, now: datetime) -> Text:
    age = state.age(now)
    if age is None:
        return cell("not encrypted" if state.cluster.encrypted is False else "unknown", "bright_black")
    days = f"{age / DAY:.0f} days"
    if state.max_age is None:
        return cell(f"{days}, not selected", "bright_black")
    return cell(f"{days} of {state.max_age / DAY:.0f}", "red" if state.is_overdue(now) else "green")


def _roles(state: ClusterState) -> Text:
    styles = {"in_sync": "green", "drifted": "yellow", "conflict": "red", "none": "bright_black"}
    if state.drift is None or state.drift.state == "none":
        return cell(NOTHING, "bright_black")
    return cell(state.drift.state.replace("_", " "), styles[state.drift.state])


def _lock(state: ClusterState) -> Text:
    workflow = state.lock.workflow if state.lock else ""
    return cell(workflow or NOTHING, "cyan" if workflow else "bright_black")


def _last(state: ClusterState, now: datetime) -> Text:
    if not state.last:
        return cell(NOTHING, "bright_black")
    operation = operation_document(state.last)
    if operation["outcome"] is None:
        return cell(f"{operation['workflow']}: {step_label(operation['step'])}", "cyan")
    ended = parse_moment(operation["ended_at"] or operation["run_started_at"])
    ago = humanize((now - ended).total_seconds())
    return outcome_text(operation["outcome"]) + cell(f" ({operation['workflow']}, {ago} ago)", "bright_black")


def _summary(states: list[ClusterState], now: datetime) -> str:
    """How many clusters need attention or are locked, in one line."""
    counts = Counter(
        {
            "with overdue keys": sum(state.is_overdue(now) for state in states),
            "with role drift": sum(bool(state.drift and state.drift.state == "drifted") for state in states),
            "in progress": sum(bool(state.lock) for state in states),
        }
    )
    parts = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{len(states)} clusters" + (f": {', '.join(parts)}" if parts else ", none needs attention")
