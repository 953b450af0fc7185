"""The new run that does what an ended run did not come to, decided by its report.json alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.operation import NEEDS_ATTENTION, Outcome
from steward.domain.recovery import STOPPED as PUT_BACK
from steward.domain.run_input import MOST_CLUSTERS
from steward.domain.workflows import FORCE_INPUT, WORKFLOWS

REPEATED = ("dry_run", *FORCE_INPUT)
"""Keys of the input that the new run has, too; a schedule's moment and a drift were the first run's."""


CALLED = frozenset({"calling", "rotating"})
"""Steps of an operation from which on a rotation counts as called, unless it comes to ``refused``."""


@dataclass(frozen=True)
class Retry:
    """What to start.

    Attributes:
        run_input: The input of the new execution.
        clusters: Those to retry; empty when the run ended before it had selected any.
        needs_request: They are to be deleted: each needs a new request, and a new approval.
        recoveries: Names of runs that finish, or put back, what this one began on these clusters.
    """

    run_input: Mapping[str, Any]
    clusters: tuple[str, ...]
    needs_request: bool
    recoveries: tuple[str, ...]


def retry_of(report: Mapping[str, Any]) -> Retry | None:
    """What to start for the clusters that failed, timed out, were not reached, or were put back by a stop.

    None when there is nothing, and for a refused run: its input has to be corrected first.
    """
    asked = report["input"] if isinstance(report["input"], dict) else {}
    lines = [line for line in report["clusters"] if _is_to_retry(line, asked)]
    ended_before_its_plan = report["status"] == "stopped" and not report["clusters"]
    if not lines and not ended_before_its_plan:
        return None
    names = tuple(line["cluster"] for line in lines)
    run_input = _without_force(_input(asked, names), lines)
    return Retry(
        run_input,
        names,
        WORKFLOWS[report["workflow"]].waits_for_people and run_input.keys() == {"clusters"},
        tuple(dict.fromkeys(line["recovered_by"] for line in lines if line.get("recovered_by"))),
    )


def retry_command(report: Mapping[str, Any]) -> str:
    """What to type for it; empty when there is nothing to retry."""
    return f"steward retry {report['run']}" if retry_of(report) else ""


def _is_to_retry(line: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """What a recovery run has put back is what it was for."""
    was_put_back = line.get("code") == PUT_BACK.code and not asked.get("continue")
    return was_put_back or line["outcome"] in NEEDS_ATTENTION


def _without_force(run_input: dict[str, Any], lines: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Where keys may have been rotated already, their age decides, so that it is not done twice."""
    once = any(_may_have_rotated(line) for line in lines)
    return {key: value for key, value in run_input.items() if key != "force" or not once}


def _may_have_rotated(line: Mapping[str, Any]) -> bool:
    """A rotation that timed out may have ended since; one that was called and not refused may have begun."""
    called = False
    for entry in line.get("timeline", ()):
        called = entry["step"] in CALLED or (called and entry["step"] != "refused")
    return called or line["outcome"] == Outcome.TIMED_OUT


def _input(asked: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A recovery run takes its clusters from the run that it continues; the policy selects very many."""
    if asked.get("continue"):
        return {"continue": asked["continue"]}
    clusters = list(names) if len(names) <= MOST_CLUSTERS else []
    clusters = clusters or list(asked.get("clusters") or ())
    selection = {"clusters": clusters} if clusters else {}
    return selection | {key: asked[key] for key in REPEATED if asked.get(key)}
