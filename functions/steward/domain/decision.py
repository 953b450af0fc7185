"""A decision: what to do with one cluster, always with a reason that a person can read."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """The three answers that a decision can give."""

    ACT = "act"
    SKIP = "skip"
    """Nothing is wrong, there is just nothing to do, or not now."""
    REFUSE = "refuse"
    """Something stands in the way that a person should look at."""


@dataclass(frozen=True)
class Decision:
    """What to do, the reason's name (stable, for machines and the runbook) and the reason (for people)."""

    action: Action
    code: str
    reason: str


def act(code: str, reason: str) -> Decision:
    return Decision(Action.ACT, code, reason)


def skip(code: str, reason: str) -> Decision:
    return Decision(Action.SKIP, code, reason)


def refuse(code: str, reason: str) -> Decision:
    """Do not touch it, because of ``reason``."""
    return Decision(Action.REFUSE, code, reason)
