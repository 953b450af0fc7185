"""Whether the cluster is still the planned one, and still as it was planned."""

from steward.domain.deprovision.moves import NextMove
from steward.domain.deprovision.plan import changes
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.operation import Outcome
from steward.domain.status import Phase


def check_identity(situation: Situation) -> NextMove | None:
    """Stop if the cluster is gone, has another name, is another one of its name, or is deleted by others."""
    if situation.observed.details is None:
        return stop(Outcome.GONE, "gone", "no longer exists under this name; this run did not delete it")
    if not situation.is_planned_cluster:
        reason = "is not the cluster that was planned: another one was created under its name"
        return stop(Outcome.REFUSED, "recreated", reason)
    if situation.new_name:
        reason = f"was renamed to {situation.new_name} after it was planned, so nobody approved this"
        return stop(Outcome.REFUSED, "renamed", reason)
    if situation.phase is Phase.DELETING:
        reason = f"is being deleted by somebody else: its status is {situation.status}"
        return stop(Outcome.REFUSED, "deleting", reason)
    return None


def check_plan(situation: Situation) -> NextMove | None:
    """Stop if the plan made from what is there now differs from the run's plan."""
    differing = changes(situation.run_plan, situation.observed.plan or {})
    if not differing:
        return None
    reason = f"has changed since it was planned, so nobody approved this: {', '.join(differing)}"
    return stop(Outcome.REFUSED, "changed", reason)
