"""What people send to the approvals' Function URL, read and checked: one sentence for each mistake."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from steward.domain.approvals.evaluate import Verb
from steward.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER = {
    "plan_hash": "the hash of the plan that the answer is about, as the request shows it",
    "reason": "why, for the record",
}
CANCEL = {"reason": ANSWER["reason"]}
DEPROVISION = {
    "clusters": "a list of cluster identifiers",
    "reason": "why the clusters are to be retired, for the person who approves",
}
"""The keys of a body, and what they mean."""

KEYS: Mapping[Verb, Mapping[str, str]] = {Verb.APPROVE: ANSWER, Verb.REJECT: ANSWER, Verb.CANCEL: CANCEL}

LONGEST_REASON = 1000
"""Characters: a reason is told in notices and is kept for ever."""


def parse_answer(text: str, verb: Verb) -> tuple[str, str]:
    """Plan hash and reason of an answer; a cancellation is about whatever plan there is.

    Raises:
        BadInput: With one sentence.
    """
    body = _body(text, KEYS[verb])
    plan_hash = "" if verb is Verb.CANCEL else _text(body, "plan_hash", needed=True)
    return plan_hash, _reason(body)


def parse_wish(text: str) -> dict[str, Any]:
    """Clusters and reason of a request to retire clusters; the clusters are checked with the run's input.

    Raises:
        BadInput: With one sentence.
    """
    body = _body(text, DEPROVISION)
    if "clusters" not in body:
        raise BadInput("clusters: is missing; name the clusters to be retired")
    return {"clusters": body["clusters"], "reason": _reason(body, needed=True)}


def _body(text: str, keys: Mapping[str, str]) -> dict[str, Any]:
    try:
        body = json.loads(text or "{}")
    except ValueError as error:
        raise BadInput(f"the body must be JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadInput(f"the body must be a JSON object with the keys {', '.join(keys)}")
    for key in body:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise BadInput(f'"{key[:60]}" is not a key of the body{hint}; allowed keys are {", ".join(keys)}')
    return body


def _reason(body: Mapping[str, Any], *, needed: bool = False) -> str:
    reason = _text(body, "reason", needed=needed)
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"reason: must have at most {LONGEST_REASON} characters, but it has {len(reason)}")
    return reason


def _text(body: Mapping[str, Any], key: str, *, needed: bool) -> str:
    found = body.get(key, "")
    if not isinstance(found, str):
        raise BadInput(f"{key}: must be a string")
    if needed and not found.strip():
        raise BadInput(f"{key}: is missing; it is {_meaning(key)}")
    return found.strip()


def _meaning(key: str) -> str:
    return ANSWER[key] if key == "plan_hash" else DEPROVISION[key]
