"""Client tokens: the same request again is answered as the first time, and changes nothing.

Scheduler API reference, ClientToken of each operation that changes something. boto3 gives each call one of
its own, and the same one when it repeats a call whose answer got lost.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.scheduler.responses import EventBridgeSchedulerResponse

OPERATIONS = (
    *("create_schedule", "update_schedule", "delete_schedule"),
    *("create_schedule_group", "delete_schedule_group"),
)
_Answer = Callable[[EventBridgeSchedulerResponse], str]
_unheeding: dict[str, _Answer] = {name: getattr(EventBridgeSchedulerResponse, name) for name in OPERATIONS}


class ConflictError(JsonRESTError):
    """A request that does not fit what there is; the message says what."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


def heed_tokens(own: dict[str, _Answer]) -> None:
    """Have the operations that change something heed their tokens, none of which was used before.

    Args:
        own: Operations that are not moto's: name → how they are answered.
    """
    for name, unheeding in (_unheeding | own).items():
        setattr(EventBridgeSchedulerResponse, name, _heeding(name, unheeding))


def _heeding(name: str, answer: _Answer) -> _Answer:
    given: dict[tuple[str, str, str], tuple[str, str]] = {}

    def heeding(response: Any) -> str:
        token = json.loads(response.body or "{}").get("ClientToken") or _first(response, "clientToken")
        if not token:
            return answer(response)
        key = (response.current_account, response.region, token)
        request = _without_token(response)
        if key not in given:
            given[key] = (request, answer(response))
        if given[key][0] != request:
            raise ConflictError(f"The client token {token} was used for another request.")
        return given[key][1]

    heeding.__name__ = name
    return heeding


def _first(response: Any, name: str) -> str | None:
    values = response.querystring.get(name)
    return values[0] if values else None


def _without_token(response: Any) -> str:
    """The request as a text; equal requests are equal."""
    body = json.loads(response.body or "{}")
    query = {key: value for key, value in response.querystring.items() if key != "clientToken"}
    parts = [response.uri.partition("?")[0], {key: body[key] for key in body if key != "ClientToken"}, query]
    return json.dumps(parts, sort_keys=True, default=str)
