"""What Redshift said to one of the calls that a deletion consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steward.domain.answers import Answer


@dataclass(frozen=True)
class Reply:
    """An answer with what the evidence keeps of it.

    Attributes:
        code: The error's wire code, empty when it was accepted or lost.
        text: Redshift's own words when it said no.
        request_id: AWS's id of the request, by which CloudTrail and AWS support find it.
    """

    answer: Answer
    code: str = ""
    text: str = ""
    request_id: str = ""
