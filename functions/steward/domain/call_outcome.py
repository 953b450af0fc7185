"""How a call that changes something can end, by what the steward does next."""

from dataclasses import dataclass
from enum import StrEnum


class CallOutcome(StrEnum):
    """How one call ended."""

    ACCEPTED = "accepted"
    BUSY = "busy"
    """Not applied for now. Mostly InvalidClusterState, whose six causes only a fresh look tells apart."""
    THROTTLED = "throttled"
    """Not applied; Redshift or KMS receives too many requests."""
    UNSUPPORTED = "unsupported"
    """Not applied, and never will be."""
    INVALID = "invalid"
    """Not applied: one of the values does not fit, or not yet."""
    NOT_FOUND = "not_found"
    LOST = "lost"
    """No answer came, or one that says nothing: the change may or may not have been applied."""


@dataclass(frozen=True)
class CallResult:
    """An outcome with what the evidence keeps of it.

    Attributes:
        code: The error's wire code, empty when it was accepted or lost.
        text: Redshift's own words when it said no.
        request_id: AWS's id of the request, by which CloudTrail and AWS support find it.
    """

    outcome: CallOutcome
    code: str = ""
    text: str = ""
    request_id: str = ""
