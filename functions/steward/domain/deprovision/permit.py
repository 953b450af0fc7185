"""The last check before the call that cannot be undone, independent of the rules that led to it.

`DeleteCluster` is only sent with a `Permit`, and only `permit_for` makes one. It imports no rule and no
stage: each condition is checked once more on the latest observation and on the record itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from steward.domain.deprovision.plan import APPROVED_TAG, hash_of
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.snapshot import is_guard_of, is_ours, problems
from steward.domain.errors import StewardError
from steward.domain.status import Phase


class NotPermitted(StewardError):
    """The deletion is not permitted; the text names every objection."""


@dataclass(frozen=True)
class Permit:
    """The cluster that may be deleted; name and retention (days, -1 forever) of its final snapshot."""

    cluster: str
    final_snapshot: str
    retention_days: int


def permit_for(situation: Situation) -> Permit:
    """The permit to delete the planned cluster.

    Raises:
        NotPermitted: With all objections.
    """
    name = situation.planned_cluster.name
    against = list(objections(situation))
    if against:
        raise NotPermitted(f"{name} is not deleted: {'; '.join(against)}")
    return Permit(name, situation.final_name, situation.settings.snapshot.retention_days)


def objections(situation: Situation) -> Iterator[str]:
    """Every reason not to delete the cluster now."""
    progress = situation.progress
    yield from _about_the_cluster(situation)
    yield from _about_the_guard(situation)
    yield from _about_the_consent(situation)
    if progress.moment("delete", "asked_at") and not progress.moment("delete", "fell_back_at"):
        yield "DeleteCluster was already called for it"
    if progress.moment("quarantine", "since") and situation.observed.resumed_by != "":
        yield situation.observed.resumed_by or "it is unknown whether somebody resumed it in quarantine"
    if progress.stopping is not None:
        yield f"the run has stopped: {progress.stopping.reason}"


def _about_the_cluster(situation: Situation) -> Iterator[str]:
    details, inspection = situation.details, situation.observed.inspection
    if details is None:
        yield "it is not the cluster that was planned"
        return
    if situation.new_name:
        yield f"it was renamed to {situation.new_name}"
    if not situation.observed.identified:
        yield "DescribeClusters does not say whether it is the planned one"
    if situation.phase not in {Phase.READY, Phase.PAUSED}:
        yield f"its status is {situation.status}"
    if inspection is None or inspection.blocking:
        yield inspection.sentence if inspection else "it was not inspected"
    if situation.settings.protected.why(details.name, details.cluster.tags):
        yield "it is protected"
    if hash_of(situation.observed.plan or {}) != situation.plan_hash:
        yield "it is not as it was planned"
    if details.cluster.tags.get(APPROVED_TAG) != situation.plan_hash:
        yield f"it has no tag {APPROVED_TAG} for this plan"


def _about_the_guard(situation: Situation) -> Iterator[str]:
    guard, planned = situation.observed.guard, situation.planned_cluster
    if guard is None:
        yield "there is no guard snapshot"
    elif not (
        is_ours(guard, planned, situation.progress.moment("guard", "called_at")) or _is_reused(situation)
    ):
        yield "the guard snapshot was not taken by this run, nor may it be reused"
    else:
        yield from problems(guard, planned, planned.previous_mb, situation.settings.snapshot.retention_days)
    if situation.observed.final is not None:
        yield "the name of its final snapshot is taken"


def _is_reused(situation: Situation) -> bool:
    """Whether the record says so, and it was no older then than the idle rule's days."""
    guard, part, idle = situation.observed.guard, situation.progress.part("guard"), situation.settings.idle
    reused_at = situation.progress.moment("guard", "reused_at")
    if guard is None or reused_at is None or idle is None or guard.created_at is None:
        return False
    young = reused_at - guard.created_at <= timedelta(days=idle.days)
    same = guard.identifier == part.get("reused") and is_guard_of(guard, situation.planned_cluster)
    return young and same


def _about_the_consent(situation: Situation) -> Iterator[str]:
    consent = situation.observed.consent
    if consent is None:
        yield "nobody has approved it"
    elif (consent.status, consent.plan_hash) != ("approved", situation.plan_hash):
        yield f"its request is {consent.status}, for the plan {consent.plan_hash}"
