"""An operation record of the ledger as ``--json`` has it."""

from typing import Any

from cli import ledger_history
from steward.domain.moments import parse_moment


def operation_document(record: dict[str, Any]) -> dict[str, Any]:
    """Unknown values are None; ``outcome`` is None until the operation has ended."""
    workflow, run_started_at, run = ledger_history.identity(record)
    began, ended = (record.get(name) or None for name in ("begun_at", "ended_at"))
    seconds = (parse_moment(ended) - parse_moment(began)).total_seconds() if began and ended else None
    return {
        "workflow": workflow,
        "run": run,
        "execution": record.get("run", ""),
        "run_started_at": run_started_at,
        "step": record.get("step", ""),
        "outcome": record.get("outcome") or None,
        "code": record.get("code") or None,
        "reason": record.get("reason") or None,
        "note": record.get("note") or None,
        "began_at": began,
        "ended_at": ended,
        "seconds": round(seconds) if seconds is not None else None,
    }
