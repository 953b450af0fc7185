"""CloudTrail's event history: who made which call."""

import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from steward.adapters.grants import Scope, grant
from steward.domain.errors import StewardError


class CloudTrailUnavailable(StewardError):
    """CloudTrail cannot be queried; the text quotes its reason."""


class Trail:
    """Reads management events of the last 90 days. CloudTrail answers two look-ups a second."""

    GRANTS = (grant(Scope.ANY, "cloudtrail:LookupEvents"),)

    def __init__(self, trail: Any) -> None:
        self._trail = trail

    def calls(self, name: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The records of all calls of this API between two moments, the latest first.

        Records have CloudTrail's own shape (user guide, "CloudTrail record contents"): ``userIdentity``,
        ``requestParameters``, ``responseElements``.

        Raises:
            CloudTrailUnavailable: CloudTrail refused, although it was asked again.
        """
        wanted: Any = [{"AttributeKey": "EventName", "AttributeValue": name}]
        pages = self._trail.get_paginator("lookup_events").paginate(
            LookupAttributes=wanted, StartTime=since, EndTime=until
        )
        try:
            return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
        except ClientError as error:
            raise CloudTrailUnavailable(f"CloudTrail cannot be queried for {name}: {error}") from error
