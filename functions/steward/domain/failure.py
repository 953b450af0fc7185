"""What a child execution's error says about its cluster."""

import json
from collections.abc import Mapping
from typing import Any

from steward.domain.durations import humanize
from steward.domain.messages import ErrorInfo
from steward.domain.moments import parse_moment
from steward.domain.operation import Outcome

DEADLINE = "DeadlineExceeded"
"""Error that a wait loop raises when its deadline has come."""

UNRECOVERABLE = "ClusterUnrecoverable"
"""Error that a wait loop raises on a status from which nothing good comes."""

GONE = "Redshift.ClusterNotFoundException"
"""Step Functions' name for ClusterNotFound in an SDK integration."""

OUTCOMES = {DEADLINE: Outcome.TIMED_OUT, GONE: Outcome.GONE}


def outcome_of(error: Mapping[str, Any]) -> Outcome:
    """The outcome that an error in the child execution stands for."""
    return OUTCOMES.get(str(error.get("Error", "")), Outcome.FAILED)


def sentence_of(error: Mapping[str, Any]) -> str:
    """The error as one sentence: a function's own words, without the stack trace around them."""
    cause = str(error.get("Cause", ""))
    try:
        document = json.loads(cause)
    except ValueError:
        return cause or str(error.get("Error", "no cause was given"))
    if isinstance(document, dict) and document.get("errorMessage"):
        return str(document["errorMessage"])
    return cause


def run_sentence(error: ErrorInfo, now: str) -> str:
    """Why a run ended with this error: as `sentence_of`, and for how long an outage was waited out."""
    said = sentence_of(error)
    if not error.get("outage") or "since" not in error:
        return said
    waited = humanize((parse_moment(now) - parse_moment(error["since"])).total_seconds())
    return f"AWS was out of order for {waited} ({error['Error']}, {error['count']} tries in a row): {said}"
