"""CloudTrail's event history: who made which call."""

import json
from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from time import monotonic, sleep
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from steward.adapters.call_once import may_pass
from steward.adapters.grants import Scope, grant
from steward.domain.errors import StewardError


class CloudTrailUnavailable(StewardError):
    """CloudTrail cannot be queried; the text quotes its reason."""


class CloudTrailBusy(CloudTrailUnavailable):
    """It is throttled or does not answer now: asking again later may help."""


PACE = 0.5
"""Seconds between two look-ups: CloudTrail answers two a second per account and Region (API reference)."""

MOST_PAGES = 100
"""Look-ups for one question, 50 events each; beyond them the answer would take minutes."""


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
            CloudTrailBusy: CloudTrail was throttled or silent, although it was asked again.
            CloudTrailUnavailable: CloudTrail refused, or has too many events.
        """
        wanted = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]}
        try:
            pages = self._pages(wanted | {"StartTime": since, "EndTime": until})
            return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page]
        except (ClientError, BotoCoreError) as error:
            kind = CloudTrailBusy if may_pass(error) else CloudTrailUnavailable
            raise kind(f"CloudTrail cannot be queried for {name}: {error}") from error

    def _pages(self, question: dict[str, Any]) -> Iterator[list[Any]]:
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            sleep(max(0.0, self._last + PACE - monotonic()))
            page = self._trail.lookup_events(**question, **more)
            self._last = monotonic()
            yield page["Events"]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}
        raise CloudTrailUnavailable(f"CloudTrail has more than {MOST_PAGES * 50} events of this kind")


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
                except CloudTrailUnavailable as error:
                    self._answers[question] = error
        answer = self._answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer
