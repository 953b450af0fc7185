"""Approval requests, and who asked for them.

A request's token goes to Step Functions and nowhere else: it is no part of a `Request`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from steward.adapters.grants import on_records
from steward.adapters.ledger.keys import REQUESTERS, REQUESTS, first_request_of, request_key, requester_key
from steward.adapters.ledger.table import Records, conditional_write, query_all, read_one
from steward.domain.approvals.requests import (
    Request,
    Status,
    cancellation,
    close_request,
    commit_request,
    from_document,
    request_id,
    to_document,
)
from steward.domain.moments import format_moment
from steward.domain.run import Run

RECENT = timedelta(days=120)
"""How far back requests are listed: longer than the longest approval and quarantine together."""

NO_REQUEST = "there is no approval request for it in this run"


@dataclass(frozen=True)
class StoredRequest:
    """A request with its ledger data; ``version`` counts its changes."""

    request: Request
    version: int
    token: str

    def __repr__(self) -> str:
        """Without the token, which must not reach a log."""
        return f"StoredRequest({self.request.id}, version {self.version})"


class Requests(Records):
    """Approval requests. Each write is conditional on the version that was read: of two, one wins."""

    GRANTS = (on_records((REQUESTS, REQUESTERS), "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),)

    def find(self, name: str) -> StoredRequest | None:
        """None for an unknown id."""
        found = read_one(self._table, request_key(name))
        if found is None:
            return None
        request = from_document(json.loads(str(found["request"])))
        return StoredRequest(request, int(str(found["version"])), str(found["token"]))

    def write(self, request: Request, token: str, previous: StoredRequest | None) -> bool:
        """Replace what was read before; False when another writer was faster and nothing was written."""
        version = previous.version if previous else 0
        item: dict[str, Any] = {
            **request_key(request.id),
            "version": version + 1,
            "token": token,
            "request": json.dumps(to_document(request)),
        }
        return conditional_write(
            self._table,
            self._table.put_item,
            Item=item,
            ConditionExpression="attribute_not_exists(pk) OR #version = :version",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues={":version": version},
        )

    def recent(self, now: datetime) -> list[Request]:
        """The requests of runs that started within `RECENT`, newest days first."""
        found = query_all(
            self._table,
            KeyConditionExpression="pk = :pk AND sk >= :since",
            ExpressionAttributeValues={":pk": REQUESTS, ":since": first_request_of(now - RECENT)},
            ScanIndexForward=False,
        )
        return [from_document(json.loads(str(item["request"]))) for item in found]

    def change(self, name: str, change: Callable[[Request], Request]) -> StoredRequest | None:
        """Read, change and write until no other writer interferes; None for an unknown id."""
        while True:
            stored = self.find(name)
            if stored is None:
                return None
            changed = change(stored.request)
            if changed == stored.request:
                return stored
            if self.write(changed, stored.token, stored):
                return replace(stored, request=changed, version=stored.version + 1)

    def commit(self, run: Run, cluster: str, now: datetime) -> str:
        """Rule out a cancellation, right before DeleteCluster; a sentence says why the call must not be made.

        An empty answer permits the call. Committing twice is harmless.
        """
        stored = self.change(
            request_id(run, cluster), lambda request: commit_request(request, now) or request
        )
        if stored is None:
            return NO_REQUEST
        if stored.request.committed_at is not None:
            return ""
        return cancellation(stored.request) or f"its approval request is {stored.request.status.value}"

    def retract(self, run: Run, cluster: str) -> None:
        """Allow cancellation again: Redshift has certainly refused DeleteCluster."""
        self.change(request_id(run, cluster), lambda request: replace(request, committed_at=None))

    def close(self, run: Run, cluster: str, now: datetime, outcome: str) -> None:
        """Record that the run has finished with the cluster; ``outcome`` is the operation's. Idempotent."""
        self.change(request_id(run, cluster), lambda request: close_request(request, now, outcome))

    def record_requester(self, execution: str, requester: str, access_key: str, now: datetime) -> None:
        """Record the proven caller for whom the Function URL starts an execution; the first one stays."""
        item = {
            **requester_key(execution),
            "by": requester,
            "access_key": access_key,
            "at": format_moment(now),
        }
        conditional_write(
            self._table, self._table.put_item, Item=item, ConditionExpression="attribute_not_exists(pk)"
        )

    def requester_of(self, execution: str) -> tuple[str, str]:
        """ARN and access key id of the proven caller for whom the Function URL started an execution.

        Both are empty for other executions.
        """
        found = read_one(self._table, requester_key(execution)) or {}
        return str(found.get("by", "")), str(found.get("access_key", ""))


class WaitingRequests(Records):
    """Lists approval requests, and reads no task token."""

    GRANTS = (on_records((REQUESTS,), "dynamodb:Query"),)

    def all(self, now: datetime) -> list[Request]:
        found = query_all(
            self._table,
            KeyConditionExpression="pk = :requests AND sk >= :since",
            ProjectionExpression="#request",
            ExpressionAttributeNames={"#request": "request"},
            ExpressionAttributeValues={":requests": REQUESTS, ":since": first_request_of(now - RECENT)},
        )
        requests = (from_document(json.loads(str(item["request"]))) for item in found)
        return [request for request in requests if request.status is Status.WAITING]
