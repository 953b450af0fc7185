"""What Watch reads of the ledger: all locks, requests that wait, and the runs of a schedule.

Beside what `steward.adapters.ledger.operations` keeps:

=========  ==============  ===================================================
pk         sk              holds
=========  ==============  ===================================================
``WATCH``  ``<workflow>``  since when the workflow's schedule has been watched
=========  ==============  ===================================================
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.operations import Listing
from steward.domain.approvals.requests import Status, from_document
from steward.domain.moments import format_moment, parse_moment
from steward.domain.watch import Lock, ScheduledRun

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb.service_resource import Table

    from steward.domain.approvals.requests import Request

LOCKS_INDEX = "locks"
"""The ledger's index by ``sk`` and ``since``. Only locks have ``since``, so it holds nothing else."""

LONGEST_WAIT = timedelta(days=120)
"""No request of a run that began earlier still waits."""

LATEST_RUNS = 30
"""So many runs of a schedule are looked at, the newest first."""


class LocksIndex(Listing):
    """Lists the locks on all clusters; the index is a moment behind the table, which does no harm here."""

    GRANTS = (grant(Scope.LOCKS_INDEX, "dynamodb:Query"),)

    def all(self) -> list[Lock]:
        """Every lock, the oldest first."""
        found = self._items(
            IndexName=LOCKS_INDEX,
            KeyConditionExpression="sk = :lock",
            ExpressionAttributeValues={":lock": "LOCK"},
        )
        return [_lock(item) for item in found]


class WaitingRequests(Listing):
    """Lists approval requests, and reads no task token."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:Query"),)

    def all(self, now: datetime) -> list[Request]:
        """The requests that nobody has answered."""
        found = self._items(
            KeyConditionExpression="pk = :requests AND sk >= :since",
            ProjectionExpression="#request",
            ExpressionAttributeNames={"#request": "request"},
            ExpressionAttributeValues={":requests": "REQUESTS", ":since": f"{now - LONGEST_WAIT:%Y%m%d}"},
        )
        requests = (from_document(json.loads(str(item["request"]))) for item in found)
        return [request for request in requests if request.status is Status.WAITING]


class ScheduledRuns:
    """Tells which runs took the moments of a schedule, and how they ended."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:Query", "dynamodb:UpdateItem"),)

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, workflow: str) -> list[ScheduledRun]:
        """The newest runs of the workflow's schedule."""
        page = self._table.query(
            KeyConditionExpression="pk = :schedule",
            ExpressionAttributeValues={":schedule": f"SCHEDULE#{workflow}"},
            ScanIndexForward=False,
            Limit=LATEST_RUNS,
        )
        return [ScheduledRun(str(item["sk"]), bool(item.get("well"))) for item in page["Items"]]

    def watched_since(self, workflow: str, now: datetime) -> datetime:
        """When the schedule was looked at for the first time, which may be now."""
        answer = self._table.update_item(
            Key={"pk": "WATCH", "sk": workflow},
            UpdateExpression="SET first_at = if_not_exists(first_at, :now)",
            ExpressionAttributeValues={":now": format_moment(now)},
            ReturnValues="ALL_NEW",
        )
        return parse_moment(str(answer["Attributes"]["first_at"]))


def _lock(item: dict[str, Any]) -> Lock:
    cluster = str(item["pk"]).partition("#")[2]
    return Lock(cluster, str(item["workflow"]), str(item["run"]), parse_moment(str(item["since"])))
