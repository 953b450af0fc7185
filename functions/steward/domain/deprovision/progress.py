"""What a run has done to one cluster so far, read from the evidence in its operation record.

Every call is recorded before it is made and again after it is answered. A retry, a lost answer or a killed
function therefore finds out what happened instead of doing it twice. Each stage reads its own part of the
evidence; here is what belongs to no stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from steward.domain.moments import parse_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import FEWEST_TRIES


@dataclass(frozen=True)
class Stopping:
    """Why the run no longer deletes the cluster and only rolls back."""

    outcome: Outcome
    code: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"outcome": self.outcome.value, "code": self.code, "reason": self.reason}


@dataclass(frozen=True)
class Waiting:
    """What the run has waited for without interruption: its reason code, since when, in how many looks."""

    code: str = ""
    since: datetime | None = None
    looks: int = FEWEST_TRIES


CHANGES = ("guard", "copy", "rotation", "power", "delete")
"""Parts of the record that a stage writes right before its first call."""


@dataclass(frozen=True)
class Progress:
    """The record's evidence, and typed access to it."""

    evidence: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> Mapping[str, Any]:
        """The facts that a stage keeps under ``name``; empty before the first one."""
        part: Mapping[str, Any] = self.evidence.get(name) or {}
        return part

    def moment(self, part: str, fact: str) -> datetime | None:
        """When ``fact`` happened; None if it has not."""
        return moment_of(self.part(part).get(fact))

    @property
    def stopping(self) -> Stopping | None:
        """Why the run rolls back; None while it still works toward the deletion."""
        stored = self.part("stopping")
        return Stopping(Outcome(stored["outcome"]), stored["code"], stored["reason"]) if stored else None

    @property
    def waiting(self) -> Waiting:
        """What the last observation waited for."""
        part = self.part("waiting")
        looks = int(part.get("looks", FEWEST_TRIES))  # the release before did not count them
        return Waiting(part.get("code", ""), self.moment("waiting", "since"), looks)

    @property
    def has_asked(self) -> bool:
        """Whether people were asked: from then on the lock is held only while there is something to do."""
        return self.moment("question", "asked_at") is not None

    @property
    def has_begun(self) -> bool:
        """Whether the run has changed anything, or may have: from then on it keeps the lock to its end."""
        return any(self.part(name) for name in CHANGES)

    @property
    def touched_at(self) -> datetime | None:
        """When the run first changed anything that CloudWatch can show as use of the cluster."""
        return moment_of(self.evidence.get("touched_at"))

    @property
    def given_up(self) -> tuple[str, ...]:
        """Names of the parts that stay undone because Redshift kept refusing them."""
        return tuple(self.evidence.get("given_up", ()))


def moment_of(text: str | None) -> datetime | None:
    """A moment of the record; None for an empty or missing one."""
    return parse_moment(text) if text else None
