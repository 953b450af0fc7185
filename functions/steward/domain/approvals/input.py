"""The bodies that the approvals API takes, parsed and checked: one sentence for each mistake."""

import difflib
import json
from collections.abc import Mapping
from typing import Any

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.errors import BadInput

ANSWER_KEYS = {
    "plan_hash": "the hash of the plan that the answer is about, as the request shows it",
    "reason": "why, for the record",
}
CANCEL_KEYS = {"reason": ANSWER_KEYS["reason"]}
DEPROVISION_KEYS = {
    "clusters": "a list of cluster identifiers",
    "reason": "why the clusters are to be deleted, for the person who approves",
}
"""The keys of each kind of body, with the meaning that an error message gives."""

KEYS: Mapping[ResponseType, Mapping[str, str]] = {
    ResponseType.APPROVE: ANSWER_KEYS,
    ResponseType.REJECT: ANSWER_KEYS,
    ResponseType.CANCEL: CANCEL_KEYS,
}

LONGEST_REASON = 1000
"""Characters: a reason is part of notices, and the ledger keeps it without limit."""


def parse_response(text: str, response_type: ResponseType) -> tuple[str, str]:
    """Plan hash and reason of a response; a cancellation applies to any plan and has no hash.

    Raises:
        BadInput: Names the key.
    """
    body = _body(text, KEYS[response_type])
    plan_hash = "" if response_type is ResponseType.CANCEL else _text(body, "plan_hash", required=True)
    return plan_hash, _reason(body)


def parse_deprovision_request(text: str) -> dict[str, Any]:
    """Clusters and reason of a deletion request; `steward.domain.run_input` checks the clusters.

    Raises:
        BadInput: Names the key.
    """
    body = _body(text, DEPROVISION_KEYS)
    if "clusters" not in body:
        raise BadInput("clusters: is missing; name the clusters to be deleted")
    return {"clusters": body["clusters"], "reason": _reason(body, required=True)}


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


def _reason(body: Mapping[str, Any], *, required: bool = False) -> str:
    reason = _text(body, "reason", required=required)
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"reason: must have at most {LONGEST_REASON} characters, but it has {len(reason)}")
    return reason


def _text(body: Mapping[str, Any], key: str, *, required: bool) -> str:
    found = body.get(key, "")
    if not isinstance(found, str):
        raise BadInput(f"{key}: must be a string")
    if required and not found.strip():
        raise BadInput(f"{key}: is missing; it is {_meaning(key)}")
    return found.strip()


def _meaning(key: str) -> str:
    return ANSWER_KEYS[key] if key == "plan_hash" else DEPROVISION_KEYS[key]
