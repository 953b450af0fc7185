"""LookupEvents, which moto lacks.

CloudTrail API reference, LookupEvents: one attribute at most, 50 events a page, the newest first, of the last
90 days.
"""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError

from local.callers import hold_back
from local.clock import Clock
from local.cloudtrail.trail import Trail

INSIGHT = "insight"
"""The only EventCategory (API reference, LookupEvents); there are no Insights events here."""

PAGE = 50
CALLS_A_SECOND = 2
SECOND = timedelta(seconds=1)
ATTRIBUTES = (
    "AccessKeyId",
    "EventId",
    "EventName",
    "EventSource",
    "ReadOnly",
    "ResourceName",
    "ResourceType",
    "Username",
)


def lookup_events_in(trail: Trail) -> Callable[[CloudTrailResponse], str]:
    """The response method that answers LookupEvents from a trail."""
    limit = RateLimit(trail.context.clock)

    def lookup_events(response: CloudTrailResponse) -> str:
        limit.take(response.current_account, response.region, response.headers)
        request = json.loads(response.body or "{}")
        fits = _filter(request)
        size = _page_size(request)
        account, is_insight = response.current_account, request.get("EventCategory") == INSIGHT
        entries = [] if is_insight else trail.history(account, response.region)
        found = [event for entry in entries if fits(event := entry.shown)]
        start = _offset(request.get("NextToken"))
        answer: dict[str, Any] = {"Events": found[start : start + size]}
        if start + size < len(found):
            answer["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
        return json.dumps(answer)

    return lookup_events


class RateLimit:
    """Two calls a second for each account and Region (CloudTrail user guide, quotas).

    A caller's pause before it tries again takes no virtual time, so the refusal does: until a call is free.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], list[datetime]] = {}

    def take(self, account: str, region: str, headers: Mapping[str, str]) -> None:
        """Count the call with these ``headers``.

        Raises:
            JsonRESTError: ``ThrottlingException``, after virtual time in which a call became free.
        """
        with self._lock:
            now = self._clock.now()
            # a clock that was set back has moments that are still to come
            taken = self._taken.get((account, region), [])
            recent = [at for at in taken if timedelta(0) <= now - at < SECOND]
            self._taken[account, region] = recent
            if len(recent) < CALLS_A_SECOND:
                recent.append(now)
                return
            free_at = recent[0] + SECOND
        hold_back(self._clock, headers, free_at)
        raise _refusal("ThrottlingException", "Rate exceeded")


def _filter(request: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    attributes = request.get("LookupAttributes") or []
    if len(attributes) > 1 or any(each.get("AttributeKey") not in ATTRIBUTES for each in attributes):
        raise _refusal(
            "InvalidLookupAttributesException", "Give one lookup attribute of " + ", ".join(ATTRIBUTES)
        )
    start, end = request.get("StartTime"), request.get("EndTime")
    if start is not None and end is not None and start > end:
        raise _refusal("InvalidTimeRangeException", "The start time must not be after the end time.")
    wanted = [(each["AttributeKey"], each["AttributeValue"]) for each in attributes]

    def fits(event: dict[str, Any]) -> bool:
        at = event["EventTime"]
        in_time = (start is None or at >= start) and (end is None or at <= end)
        return in_time and all(value in _values(event, key) for key, value in wanted)

    return fits


def _values(event: dict[str, Any], key: str) -> list[str]:
    if key.startswith("Resource"):
        return [resource[key] for resource in event["Resources"]]
    return [event[key]]


def _page_size(request: dict[str, Any]) -> int:
    size = int(request.get("MaxResults") or PAGE)
    if not 1 <= size <= PAGE:
        raise _refusal("InvalidMaxResultsException", f"MaxResults must be between 1 and {PAGE}.")
    return size


def _offset(token: str | None) -> int:
    try:
        return int(base64.b64decode(token, validate=True)) if token else 0
    except ValueError as error:
        raise _refusal(
            "InvalidNextTokenException", "The NextToken is none that LookupEvents gave."
        ) from error


def _refusal(code: str, message: str) -> JsonRESTError:
    return JsonRESTError(code, message)
