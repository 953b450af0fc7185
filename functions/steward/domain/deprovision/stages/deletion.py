"""Stage 6, deletion: the tag that IAM demands, then DeleteCluster, which `permit` has to allow as well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.moves import Call, Delegate, Fact, Move, NextMove, Part, Wait
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, retry_later, stop
from steward.domain.deprovision.stages.guard_snapshot import name_taken_reason
from steward.domain.deprovision.stages.quarantine import POWER, resume_first
from steward.domain.operation import Outcome
from steward.domain.status import Phase

LABELS: dict[Move, str] = {
    Call.TAG: "approval tag",
    Call.UNTAG: "approval tag removed",
    Delegate.DELETE: "about to delete",
    Wait.UNTIL_DELETED: "deleting",
    Fact.DELETION_ACCEPTED: "deleting",
    Fact.DELETION_NOT_APPLIED: "deletion unanswered",
    Fact.DELETION_FAILED: "deletion came to nothing",
}

TAG = Part(
    "tag",
    frozenset({Call.UNTAG, Wait.UNTIL_ROTATED}),
    f"the tag {APPROVED_TAG} is still on it: remove it",
)

DELETE = NextMove(Delegate.DELETE, "delete", "everything required before the deletion is in place")


@dataclass(frozen=True)
class Delete:
    """The record's ``delete``: the one call that cannot be undone.

    Attributes:
        called_at: When it was first made without being refused for certain: a final snapshot that is younger
            is this run's.
        asked_at: When it was last made, as long as it may still turn out to have been applied.
        accepted_at: When Redshift accepted it.
        fell_back: The final snapshot failed and the cluster is still there.
        refused_paused: Redshift refused it because the cluster is paused.
    """

    called_at: datetime | None = None
    asked_at: datetime | None = None
    accepted_at: datetime | None = None
    fell_back: bool = False
    refused_paused: bool = False

    @classmethod
    def of(cls, progress: Progress) -> Self:
        part = progress.part("delete")
        return cls(
            called_at=progress.moment("delete", "called_at"),
            asked_at=progress.moment("delete", "asked_at"),
            accepted_at=progress.moment("delete", "accepted_at"),
            fell_back=bool(part.get("fell_back_at")),
            refused_paused=bool(part.get("refused_paused")),
        )

    @property
    def is_open(self) -> bool:
        """Whether a call was made that is not known to have had no effect."""
        return self.asked_at is not None and not self.fell_back


def check_final_name(situation: Situation) -> NextMove | None:
    """Stop if the final snapshot's name is taken: after the call it could not be told from this run's own."""
    if situation.observed.final is None:
        return None
    return stop(Outcome.REFUSED, "name_taken", name_taken_reason(situation.final_name))


def require_identity(situation: Situation) -> NextMove | None:
    """Wait, or resume the cluster, until it says itself that it is the planned one: unknown is not safe."""
    if situation.observed.identified:
        return None
    reason = "DescribeClusters does not say which cluster it is"
    if situation.phase is Phase.PAUSED:
        return resume_first(situation, NextMove(Delegate.DELETE, "delete", reason))
    return retry_later(situation, "identity_unknown", reason, Outcome.REFUSED)


def require_approval_tag(situation: Situation) -> NextMove | None:
    """Tag the cluster with the approved plan's hash, without which IAM denies DeleteCluster."""
    details = situation.details
    if details is not None and details.cluster.tags.get(APPROVED_TAG) == situation.plan_hash:
        return None
    tag = NextMove(Call.TAG, "tag", f"IAM allows its deletion only with the tag {APPROVED_TAG}")
    return resume_first(situation, tag) if _takes_no_tags_while_paused(situation) else tag


def is_refused_while_paused(situation: Situation, move: Move, result: CallResult) -> bool:
    """Whether Redshift refuses a tag call for a reason that resuming the paused cluster can cure.

    CreateTags and DeleteTags model InvalidClusterState; what a paused cluster gets is not documented. So
    every refusal counts that is not about permissions, whatever its code.
    """
    refused = result.outcome is CallOutcome.BUSY or result.outcome.is_final
    about_state = refused and result.outcome is not CallOutcome.DENIED
    return about_state and move in {Call.TAG, Call.UNTAG} and situation.phase is Phase.PAUSED


def _takes_no_tags_while_paused(situation: Situation) -> bool:
    """Whether that was seen before: the record's ``tag``."""
    return bool(situation.progress.part("tag").get("refused_paused"))


def resume_after_refusal(situation: Situation) -> NextMove | None:
    """Resume a paused cluster that Redshift has refused to delete while paused."""
    if situation.phase is Phase.PAUSED and Delete.of(situation.progress).refused_paused:
        reason = "Redshift does not delete it while it is paused"
        return resume_first(situation, NextMove(Delegate.DELETE, "delete", reason))
    return None


def undo_approval_tag(situation: Situation, _why: Stopping) -> NextMove | None:
    """Remove the tag; a rotation in progress is waited for, since Redshift takes no tags meanwhile."""
    if situation.details is None or situation.phase is Phase.DELETING:
        return None
    if situation.phase is Phase.ROTATING:
        return NextMove(Wait.UNTIL_ROTATED, "rotating", "its keys are being rotated")
    if APPROVED_TAG not in situation.details.cluster.tags:
        return None
    untag = NextMove(Call.UNTAG, "untag", "the tag of its approval is removed")
    if not _takes_no_tags_while_paused(situation) or POWER.name in situation.progress.given_up:
        return untag
    if "resum" in situation.status:
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    return resume_first(situation, untag) if situation.phase is Phase.PAUSED else untag
