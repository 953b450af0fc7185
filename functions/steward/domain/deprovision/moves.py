"""What can be done next for a cluster in deprovision, one enumeration per kind.

What Advance answers to the state machine as ``next`` is a `Wait`, a `RequestTask`, a `Delegate`, or one of
`steward.domain.messages.AdvanceNext`; `infra.workflows.deprovision` has a way for each of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from steward.domain.operation import Outcome


class Call(StrEnum):
    """A call of Redshift's API that Advance makes itself (`steward.steps.deprovision.calls`)."""

    SNAPSHOT = "snapshot"
    RESTORE = "restore"
    TAG_COPY = "tag_copy"
    ROTATE = "rotate"
    PAUSE = "pause"
    RESUME = "resume"
    TAG = "tag"
    UNTAG = "untag"
    TAG_FINAL = "tag_final"


class Delegate(StrEnum):
    """A DeleteCluster call, which only a function of its own may make, with a role of its own."""

    DELETE = "delete"
    REMOVE_COPY = "remove_copy"


class Wait(StrEnum):
    """A condition that the state machine polls for in a wait loop."""

    UNTIL_SNAPSHOT = "until_snapshot"
    UNTIL_RESTORED = "until_restored"
    UNTIL_COPY_GONE = "until_copy_gone"
    UNTIL_ROTATED = "until_rotated"
    UNTIL_PAUSED = "until_paused"
    UNTIL_RESUMED = "until_resumed"
    UNTIL_DELETED = "until_deleted"
    UNTIL_FINAL = "until_final"


class RequestTask(StrEnum):
    """A task of the approvals' function about the request, open for people."""

    ASK = "ask"
    """Request an approval and wait for the answer."""
    REGISTER = "register"
    """Record a request that the policy itself approves, so that a person can cancel it."""
    HOLD = "hold"
    """Stay in quarantine until the next check or a cancellation."""


class Fact(StrEnum):
    """Something observed or decided that is written to the record; the next move is chosen at once."""

    GUARD_REUSED = "guard_reused"
    """An earlier run's guard snapshot serves this one, too; the observation is then outdated."""
    GUARD_VERIFIED = "guard_verified"
    RESTORED = "restored"
    COPY_REMOVED = "copy_removed"
    ROTATION_BEGUN = "rotation_begun"
    """A rotation is seen, and a call of this run has no answer: it is this run's."""
    ROTATED = "rotated"
    """Also when Redshift cannot rotate the cluster's keys at all."""
    QUARANTINE_BEGUN = "quarantine_begun"
    DELETION_ACCEPTED = "deletion_accepted"
    DELETION_NOT_APPLIED = "deletion_not_applied"
    """DeleteCluster was called, never answered, and had no effect: it may be called again."""
    DELETION_FAILED = "deletion_failed"
    """The final snapshot failed and the cluster is still there: roll back."""
    STOPPED = "stopped"
    """Nothing more is done toward the deletion: roll back."""
    GIVEN_UP = "given_up"
    """A part of the rollback, or of the final snapshot's tags, stays undone, and the record says which."""


class Control(StrEnum):
    """Neither a call nor a fact."""

    AGAIN = "again"
    """Nothing to do now: observe again soon."""
    END = "end"
    """Nothing is left to do: record the outcome, release the lock."""


Move = Call | Delegate | Wait | RequestTask | Fact | Control


@dataclass(frozen=True)
class NextMove:
    """One move and why it is made.

    Attributes:
        code: Reason code, one word of ``docs/runbook.md`` if the operation can end with it.
        outcome: With `Fact.STOPPED`, `Fact.DELETION_FAILED` and `Control.END`.
        seconds: With `RequestTask.HOLD` and `.ASK`: for how long. With `Control.AGAIN`: 0 for a pause that
            grows with the attempts.
        part: With `Fact.GIVEN_UP`: the `Part` that stays undone.
    """

    move: Move
    code: str = ""
    reason: str = ""
    outcome: Outcome | None = None
    seconds: int = 0
    part: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the rollback, or of the final snapshot, that may be left undone so that the rest is done.

    Attributes:
        name: Its name in the record's ``given_up``.
        moves: While rolling back, the part is given up when one of these keeps failing.
        left_undone: What a person has to do about it then, as a sentence.
    """

    name: str
    moves: frozenset[Move]
    left_undone: str
