"""The bodies that the approvals API takes, parsed and checked: one sentence for each mistake."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from steward.domain.approvals.evaluate import RequestRefused, ResponseType
from steward.domain.approvals.proof import PROOF, Proof, parse_proof
from steward.domain.errors import BadInput
from steward.domain.one_line import one_line

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

JSON = "application/json"
MOST_BYTES = 32 * 1024
"""Of a whole body, proof included."""


def check_content_type(given: str) -> None:
    """Refuse what is not said to be JSON, such as a form that a browser sends.

    Raises:
        RequestRefused: With status 415.
    """
    if given.partition(";")[0].strip().lower() != JSON:
        sentence = f'the body must be {JSON}, but its Content-Type is "{one_line(given, 60)}"'
        raise RequestRefused("not_json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)


def check_size(text: str) -> None:
    """Refuse a body of more than `MOST_BYTES`.

    Raises:
        RequestRefused: With status 413.
    """
    if len(text.encode()) > MOST_BYTES:
        sentence = f"the body may have {MOST_BYTES} bytes; shorten the reason, or name fewer clusters"
        raise RequestRefused("body_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)


@dataclass(frozen=True)
class SignedBody:
    """What a body says, and the proof of who says it: the proof is bound to all of ``said``."""

    said: Mapping[str, Any]
    proof: Proof


def parse_signed_body(text: str, keys: Mapping[str, str]) -> SignedBody:
    """A body with only these keys, and its proof.

    Raises:
        BadInput: Names the key.
        RequestRefused: It has no proof.
    """
    said = _body(text, keys)
    return SignedBody({key: said[key] for key in said if key != PROOF}, parse_proof(said.get(PROOF)))


def parse_response(body: Mapping[str, Any], response_type: ResponseType) -> tuple[str, str]:
    """Plan hash and reason of a response; a cancellation applies to any plan and has no hash.

    Raises:
        BadInput: Names the key.
    """
    plan_hash = "" if response_type is ResponseType.CANCEL else _text(body, "plan_hash", required=True)
    return plan_hash, _reason(body)


def parse_deprovision_request(body: Mapping[str, Any]) -> dict[str, Any]:
    """Clusters and reason of a deletion request; `steward.domain.run_input` checks the clusters.

    Raises:
        BadInput: Names the key.
    """
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
        if key not in keys and key != PROOF:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise BadInput(
                f'"{one_line(key, 60)}" is not a key of the body{hint}; allowed keys are {", ".join(keys)}'
            )
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
    return one_line(found, len(found))


def _meaning(key: str) -> str:
    return ANSWER_KEYS[key] if key == "plan_hash" else DEPROVISION_KEYS[key]
