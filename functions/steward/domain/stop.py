"""What becomes of each cluster when its run is stopped: finished, put back, left, or not begun."""

from dataclasses import dataclass
from enum import StrEnum

from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.operation import Operation
from steward.domain.recovery import is_half_done
from steward.domain.workflows import DEPROVISION, SYNC_ROLES


class Fate(StrEnum):
    FINISHED = "finished"
    """By the recovery run."""
    PUT_BACK = "put_back"
    """By the recovery run."""
    LEFT = "left"
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True)
class AfterStop:
    fate: Fate
    reason: str

    @property
    def needs_recovery(self) -> bool:
        return self.fate in {Fate.FINISHED, Fate.PUT_BACK}


NOT_BEGUN = AfterStop(Fate.NOT_BEGUN, "nothing was begun, and nothing will be")
UNCHANGED = AfterStop(Fate.LEFT, "nothing was changed yet; its lock is released")
ROLES_LEFT = AfterStop(Fate.LEFT, "the roles changed so far stay; the next run continues from there")
DELETION = AfterStop(Fate.FINISHED, "DeleteCluster was called: its end and its final snapshot are verified")
ROTATION = AfterStop(Fate.FINISHED, "RotateEncryptionKey was called: it is watched to its end")
PAUSED_AGAIN = AfterStop(Fate.PUT_BACK, "it is paused again, as it was found")
RESTORED = AfterStop(Fate.PUT_BACK, "its deletion ends; whatever was changed is put back as it was found")


def after_stop(operation: Operation | None, workflow: str) -> AfterStop | None:
    """What becomes of one cluster that the run acts on; None when its operation has ended already.

    ``operation`` is None as long as the run has not come to the cluster.
    """
    if operation is None:
        return NOT_BEGUN
    if is_half_done(operation, workflow):
        return _recovery_kind(operation, workflow)
    if operation.outcome:
        return None
    return ROLES_LEFT if workflow == SYNC_ROLES.name else UNCHANGED


def _recovery_kind(operation: Operation, workflow: str) -> AfterStop:
    if workflow == DEPROVISION.name:
        return DELETION if Delete.of(Progress(operation.evidence)).is_open else RESTORED
    concluded = operation.ended_at is not None or (operation.outcome and not operation.abandoned_by)
    called = not concluded and (operation.called_at or operation.has_begun)
    return ROTATION if called else PAUSED_AGAIN
