"""What a run has done to one cluster so far, read from the evidence in its operation record.

Every call is written down before it is made and again when it was answered, so a retry, a lost answer or a
killed function finds out what happened instead of doing it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.snapshot import moment_of
from steward.domain.operation import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PAUSE, RESUME = "pause", "resume"


@dataclass(frozen=True)
class Stopping:
    """Why nothing more is done towards the deletion: the run only puts things back."""

    outcome: Outcome
    code: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """For the record."""
        return {"outcome": self.outcome.value, "code": self.code, "reason": self.reason}


@dataclass(frozen=True)
class Power:
    """What the run did to the cluster's power.

    Attributes:
        was_paused: Whether it was paused when the run first turned to it; None before that.
        last: The run's last call, `PAUSE` or `RESUME`; empty if it made none.
        at: When that was.
    """

    was_paused: bool | None = None
    last: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Rotation:
    """The rotation of the keys; ``over`` also when the cluster's keys can not be rotated."""

    called_at: datetime | None = None
    begun_at: datetime | None = None
    over: bool = False


@dataclass(frozen=True)
class Guard:
    """The guard snapshot: asked for first and last, and whether it has been verified."""

    called_at: datetime | None = None
    asked_at: datetime | None = None
    verified: bool = False


@dataclass(frozen=True)
class Copy:
    """The copy that the restore test makes: asked for first and last, restored, removed again."""

    called_at: datetime | None = None
    asked_at: datetime | None = None
    restored: bool = False
    removed: bool = False


@dataclass(frozen=True)
class Delete:
    """The one call that can not be taken back.

    Attributes:
        called_at: When it was first made without being refused for certain: a final snapshot that is younger
            is this run's.
        asked_at: When it was last made, as long as it may still be seen to have been applied.
        accepted_at: When Redshift said yes.
        fell_back: The final snapshot came to nothing and the cluster is still there.
        refused_paused: Redshift refused it because the cluster is paused.
    """

    called_at: datetime | None = None
    asked_at: datetime | None = None
    accepted_at: datetime | None = None
    fell_back: bool = False
    refused_paused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a call was made of which it is not known that it came to nothing."""
        return self.asked_at is not None and not self.fell_back


@dataclass(frozen=True)
class Waiting:
    """What has been waited for, and since when, without anything having happened meanwhile."""

    code: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """Everything that the record says.

    Attributes:
        touched_at: When the run first changed anything about the cluster.
        given_up: Parts of putting back that Redshift kept refusing.
    """

    guard: Guard = Guard()
    copy: Copy = Copy()
    rotation: Rotation = Rotation()
    power: Power = Power()
    quarantined_since: datetime | None = None
    delete: Delete = Delete()
    stopping: Stopping | None = None
    waiting: Waiting = Waiting()
    touched_at: datetime | None = None
    given_up: tuple[str, ...] = ()


def progress_from(evidence: Mapping[str, Any]) -> Progress:
    """The progress that a record's evidence tells of."""
    quarantine = evidence.get("quarantine", {})
    return Progress(
        guard=_guard(evidence.get("guard", {})),
        copy=_copy(evidence.get("copy", {})),
        rotation=_rotation(evidence.get("rotation", {})),
        power=_power(evidence.get("power", {})),
        quarantined_since=moment_of(quarantine.get("since")),
        delete=_delete(evidence.get("delete", {})),
        stopping=_stopping(evidence.get("stopping")),
        waiting=_waiting(evidence.get("waiting", {})),
        touched_at=moment_of(evidence.get("touched_at")),
        given_up=tuple(evidence.get("given_up", ())),
    )


def _guard(told: Mapping[str, Any]) -> Guard:
    called_at, asked_at = moment_of(told.get("called_at")), moment_of(told.get("asked_at"))
    return Guard(called_at, asked_at, bool(told.get("verified_at")))


def _copy(told: Mapping[str, Any]) -> Copy:
    return Copy(
        called_at=moment_of(told.get("called_at")),
        asked_at=moment_of(told.get("asked_at")),
        restored=bool(told.get("restored_at")),
        removed=bool(told.get("removed_at")),
    )


def _rotation(told: Mapping[str, Any]) -> Rotation:
    over = bool(told.get("ended_at") or told.get("impossible"))
    return Rotation(moment_of(told.get("called_at")), moment_of(told.get("begun_at")), over)


def _power(told: Mapping[str, Any]) -> Power:
    return Power(told.get("was_paused"), told.get("last", ""), moment_of(told.get("at")))


def _delete(told: Mapping[str, Any]) -> Delete:
    return Delete(
        called_at=moment_of(told.get("called_at")),
        asked_at=moment_of(told.get("asked_at")),
        accepted_at=moment_of(told.get("accepted_at")),
        fell_back=bool(told.get("fell_back_at")),
        refused_paused=bool(told.get("refused_paused")),
    )


def _stopping(told: Mapping[str, Any] | None) -> Stopping | None:
    return Stopping(Outcome(told["outcome"]), told["code"], told["reason"]) if told else None


def _waiting(told: Mapping[str, Any]) -> Waiting:
    return Waiting(told.get("code", ""), moment_of(told.get("since")))


def left_open(evidence: Mapping[str, Any]) -> str:
    """What a person has to look at when not even the way back could be gone, as the end of a sentence."""
    progress, final = progress_from(evidence), evidence.get("delete", {}).get("final_snapshot", "")
    told = (
        f"; its deletion was asked for, so look for its final snapshot {final}"
        if progress.delete.is_open
        else ""
    )
    if progress.power.last == PAUSE:
        told += "; this run paused it, and it may still be paused"
    return told
