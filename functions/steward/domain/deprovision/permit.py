"""The last word before the call that can not be taken back.

`DeleteCluster` is only sent with a `Permit`, and only `permit_for` makes one. It asks nothing of the way that
led here: each condition is looked at once more, by itself, on what was seen a moment ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steward.domain.deprovision.moves import APPROVED_TAG
from steward.domain.deprovision.plan import hash_of
from steward.domain.deprovision.snapshot import is_ours, problems
from steward.domain.errors import StewardError
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steward.domain.deprovision.moves import Situation


class NotPermitted(StewardError):
    """Something is against the deletion: its text names everything that is."""


@dataclass(frozen=True)
class Permit:
    """What may be deleted, and what its final snapshot is called and how long it is kept (days)."""

    cluster: str
    final_snapshot: str
    retention_days: int


def permit_for(situation: Situation) -> Permit:
    """The permit to delete the cluster of this case.

    Raises:
        NotPermitted: With everything that is against it.
    """
    against = list(objections(situation))
    if against:
        raise NotPermitted(f"{situation.planned_cluster.name} is not deleted: {'; '.join(against)}")
    return Permit(
        situation.planned_cluster.name, situation.final_name, situation.settings.snapshot.retention_days
    )


def objections(situation: Situation) -> Iterator[str]:
    """All that is against deleting the cluster now."""
    yield from _about_the_cluster(situation)
    yield from _about_the_guard(situation)
    yield from _about_the_consent(situation)
    if situation.progress.delete.is_open:
        yield "its deletion was asked for already"
    if situation.progress.stopping is not None:
        yield f"the run has stopped: {situation.progress.stopping.reason}"


def _about_the_cluster(situation: Situation) -> Iterator[str]:
    details, inspection = situation.details, situation.observed.inspection
    if details is None:
        yield "it is not the cluster that was planned"
        return
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
    guard, retention = situation.observed.guard, situation.settings.snapshot.retention_days
    if guard is None:
        yield "there is no guard snapshot"
    elif not is_ours(guard, situation.planned_cluster, situation.progress.guard.called_at):
        yield "the guard snapshot is somebody else's"
    else:
        yield from problems(
            guard, situation.planned_cluster, situation.planned_cluster.previous_mb, retention
        )
    if situation.observed.final is not None:
        yield "the name of its final snapshot is taken"


def _about_the_consent(situation: Situation) -> Iterator[str]:
    consent = situation.observed.consent
    if consent is None:
        yield "nobody has approved it"
    elif (consent.status, consent.plan_hash) != ("approved", situation.plan_hash):
        yield f"its request is {consent.status}, for the plan {consent.plan_hash}"
