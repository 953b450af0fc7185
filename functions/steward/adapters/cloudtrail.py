"""CloudTrail's event history: who made which call."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Lock
from time import monotonic, sleep
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from steward.adapters.call_once import may_pass
from steward.adapters.grants import Scope, grant
from steward.domain.errors import AwsUnavailable, StewardError


class CloudTrailUnavailable(StewardError):
    """CloudTrail cannot be queried; the text quotes its reason."""


LOOK_UP_FAILURES = (CloudTrailUnavailable, AwsUnavailable)
"""What a look-up may raise: a refusal, or an outage that may be over later."""

PACE = 0.5
"""Seconds between two look-ups: CloudTrail answers two a second per account and Region (API reference)."""

MOST_PAGES = 100
"""Look-ups for one question, 50 events each; beyond them the answer would take minutes."""

MOST_PAGES_FOR_A_PERSON = 40
"""The same while a person waits for the answer."""


class Trail:
    """Reads management events of the last 90 days, at the pace that CloudTrail allows."""

    GRANTS = (grant(Scope.ANY, "cloudtrail:LookupEvents"),)

    def __init__(self, trail: Any) -> None:
        self._trail = trail
        self._last = 0.0

    def calls(self, name: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The records of all calls of this API between two moments, the latest first.

        Records have CloudTrail's own shape (user guide, "CloudTrail record contents"): ``userIdentity``,
        ``requestParameters``, ``responseElements``.

        Raises:
            AwsUnavailable: CloudTrail was throttled or silent, although it was asked again.
            CloudTrailUnavailable: CloudTrail refused, or has too many events.
        """
        return list(self._records("EventName", name, since, until))

    def first(
        self, name: str, since: datetime, until: datetime, fits: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any] | None:
        """The latest of these calls that fits, read no further than to it; for the errors see `calls`."""
        found = self._records("EventName", name, since, until, MOST_PAGES_FOR_A_PERSON)
        return next(filter(fits, found), None)

    def about(self, resource: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The records that name a resource, such as the access key that AssumeRole handed out; as `calls`."""
        return list(self._records("ResourceName", resource, since, until))

    def _records(
        self, attribute: str, value: str, since: datetime, until: datetime, most: int = MOST_PAGES
    ) -> Iterator[dict[str, Any]]:
        wanted = {"LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}]}
        try:
            for page in self._pages(wanted | {"StartTime": since, "EndTime": until}, most):
                yield from (json.loads(event["CloudTrailEvent"]) for event in page)
        except (ClientError, BotoCoreError) as error:
            kind = AwsUnavailable if may_pass(error) else CloudTrailUnavailable
            raise kind(f"CloudTrail cannot be queried for {value}: {error}") from error

    def _pages(self, question: dict[str, Any], most: int) -> Iterator[list[Any]]:
        more: dict[str, str] = {}
        for _ in range(most):
            sleep(max(0.0, self._last + PACE - monotonic()))
            page = self._trail.lookup_events(**question, **more)
            self._last = monotonic()
            yield page["Events"]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}
        raise CloudTrailUnavailable(f"CloudTrail has more than {most * 50} events of this kind")


class CachedTrail(Trail):
    """Asks each question once, however many clusters and threads it is for; a failure is an answer, too."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(None)
        self._asked = trail
        self._answers: dict[tuple[str, datetime, datetime], list[dict[str, Any]] | Exception] = {}
        self._lock = Lock()

    def calls(self, name: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        question = (name, since, until)
        with self._lock:
            if question not in self._answers:
                try:
                    self._answers[question] = self._asked.calls(*question)
                except LOOK_UP_FAILURES as error:
                    self._answers[question] = error
        answer = self._answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer
