"""`steward status` and `steward history`: the fleet, and one cluster's past."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cli import ledger_history
from cli.exit_codes import Exit
from cli.fleet.cluster_state import DAY, ClusterState, as_document, fleet, last_document
from cli.output import add, cell, console, emit, say, table
from cli.runs.progress_table import outcome_text
from cli.runs.run_progress import step_in_words
from cli.runs.start import known_clusters
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment
from steward.domain.status import Phase

if TYPE_CHECKING:
    from datetime import datetime

    from rich.text import Text

    from cli.aws import Deployed
    from steward.domain.cluster import Cluster

NOTHING = "-"


def status(stack: Deployed, *, as_json: bool) -> None:
    """Every cluster of the Region."""
    states, now = fleet(stack), stack.now()
    if as_json:
        clusters = [as_document(state, now) for state in states]
        emit({"environment": stack.environment, "region": stack.region, "now": now, "clusters": clusters})
        return
    if not states:
        say(console(), f"there is no cluster in {stack.region}")
        return
    made = table("cluster", "status", "keys", "roles", "lock", "last outcome", folding="last outcome")
    for state in states:
        add(
            made,
            state.cluster.identifier,
            _status(state.cluster),
            _keys(state, now),
            _roles(state),
            _lock(state),
            _last(state, now),
        )
    out = console()
    out.print(made)
    say(out, _summary(states, now))


def _status(cluster: Cluster) -> Text:
    """A ready cluster needs no second word."""
    ready = cluster.phase is Phase.READY
    return cell(cluster.status if ready else cluster.described, "" if ready else "yellow")


def _keys(state: ClusterState, now: datetime) -> Text:
    age = state.age(now)
    if age is None:
        return cell("not encrypted" if state.cluster.encrypted is False else "unknown", "bright_black")
    told = f"{age / DAY:.0f} days"
    if state.max_age is None:
        return cell(f"{told}, not selected", "bright_black")
    return cell(f"{told} of {state.max_age / DAY:.0f}", "red" if state.is_overdue(now) else "green")


def _roles(state: ClusterState) -> Text:
    styles = {"in_sync": "green", "drifted": "yellow", "conflict": "red", "none": "bright_black"}
    if state.drift is None or state.drift.state == "none":
        return cell(NOTHING, "bright_black")
    return cell(state.drift.state.replace("_", " "), styles[state.drift.state])


def _lock(state: ClusterState) -> Text:
    workflow = state.lock.get("workflow", "")
    return cell(workflow or NOTHING, "cyan" if workflow else "bright_black")


def _last(state: ClusterState, now: datetime) -> Text:
    if not state.last:
        return cell(NOTHING, "bright_black")
    told = last_document(state.last)
    if told["outcome"] is None:
        return cell(f"{told['workflow']}: {step_in_words(told['step'])}", "cyan")
    ended = parse_moment(told["ended_at"] or told["run_started_at"])
    ago = humanize((now - ended).total_seconds())
    return outcome_text(told["outcome"]) + cell(f" ({told['workflow']}, {ago} ago)", "bright_black")


def _summary(states: list[ClusterState], now: datetime) -> str:
    """The fleet in one line."""
    counts = Counter(
        {
            "with keys older than the policy allows": sum(state.is_overdue(now) for state in states),
            "with drifted roles": sum(
                bool(state.drift and state.drift.state == "drifted") for state in states
            ),
            "being worked on": sum(bool(state.lock) for state in states),
        }
    )
    told = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{len(states)} clusters" + (f": {', '.join(told)}" if told else ", nothing to do")


def history(stack: Deployed, cluster: str, *, as_json: bool) -> Exit:
    """What the ledger knows of one cluster, the newest first.

    Raises:
        Trouble: Neither the ledger nor Redshift knows the cluster.
    """
    name = cluster.strip().lower()
    records = sorted(
        ledger_history.records(stack, name), key=lambda each: ledger_history.identity(each)[1], reverse=True
    )
    if not records:
        known_clusters(stack, [name])
    operations = [{**last_document(each), **_evidence(each)} for each in records]
    if as_json:
        emit({"cluster": name, "operations": operations})
        return Exit.OK
    if not operations:
        say(console(), f"no run has worked on {name} yet")
        return Exit.OK
    made = table("began (UTC)", "workflow", "outcome", "took", "run", "reason", folding="reason")
    for each in operations:
        add(made, _when(each), each["workflow"], _outcome(each), _took(each), each["run"], _why(each))
    console().print(made)
    return Exit.OK


def _evidence(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "namespace_arn": record.get("namespace_arn") or None,
        "evidence": record.get("evidence") or {},
        "timeline": record.get("timeline") or [],
    }


def _when(each: dict[str, Any]) -> str:
    return f"{parse_moment(each['began_at'] or each['run_started_at']):%Y-%m-%d %H:%M}"


def _outcome(each: dict[str, Any]) -> Text:
    return outcome_text(each["outcome"]) if each["outcome"] else cell(step_in_words(each["step"]), "cyan")


def _took(each: dict[str, Any]) -> str:
    return humanize(each["seconds"]) if each["seconds"] is not None else ""


def _why(each: dict[str, Any]) -> str:
    note = f" ({each['note']})" if each["note"] else ""
    return f"{each['reason'] or ''}{note}"
