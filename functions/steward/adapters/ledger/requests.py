"""Approval requests in the ledger.

===============  =======================  =========================================================
pk               sk                       holds
===============  =======================  =========================================================
``REQUESTS``     ``<request id>``         a request, the token of the task that waits, a version
``REQUESTERS``   ``<execution ARN>``      who started a run through the Function URL
===============  =======================  =========================================================

The token goes to Step Functions and nowhere else: it is no part of a `Request`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.operations import Listing, conditional_write
from steward.domain.approvals.requests import (
    cancellation,
    closed,
    committed,
    from_document,
    request_id,
    to_document,
)
from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from steward.domain.approvals.requests import Request
    from steward.domain.run import Run

RECENT = timedelta(days=120)
"""How far back requests are listed: longer than a request may wait and a cluster stay in quarantine."""

NO_REQUEST = "there is no approval request for it in this run"


@dataclass(frozen=True)
class Kept:
    """A request as it is kept; ``version`` counts its changes."""

    request: Request
    version: int
    token: str

    def __repr__(self) -> str:
        """Without the token, wherever it may be printed."""
        return f"Kept({self.request.id}, version {self.version})"


class Requests(Listing):
    """Keeps requests. Each write is conditional on the version that was read: of two, one wins."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),)

    def find(self, name: str) -> Kept | None:
        """The request with this id."""
        key = {"pk": "REQUESTS", "sk": name}
        found = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        if found is None:
            return None
        request = from_document(json.loads(str(found["request"])))
        return Kept(request, int(str(found["version"])), str(found["token"]))

    def write(self, request: Request, token: str, former: Kept | None) -> bool:
        """Keep ``request`` in the place of what was read before; False when somebody was faster."""
        version = former.version if former else 0
        item: dict[str, Any] = {
            "pk": "REQUESTS",
            "sk": request.id,
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
        """The requests of the last months, the newest days first."""
        found = self._items(
            KeyConditionExpression="pk = :pk AND sk >= :since",
            ExpressionAttributeValues={":pk": "REQUESTS", ":since": f"{now - RECENT:%Y%m%d}"},
            ScanIndexForward=False,
        )
        return [from_document(json.loads(str(item["request"]))) for item in found]

    def change(self, name: str, change: Callable[[Request], Request]) -> Kept | None:
        """Change a request, however many others do so at the same time; None when there is none."""
        while True:
            kept = self.find(name)
            if kept is None:
                return None
            changed = change(kept.request)
            if changed == kept.request:
                return kept
            if self.write(changed, kept.token, kept):
                return replace(kept, request=changed, version=kept.version + 1)

    def cancelled(self, run: Run, cluster: str) -> str:
        """Who wants the run to leave the cluster alone, in one sentence; empty when nobody does."""
        kept = self.find(request_id(run, cluster))
        return cancellation(kept.request) if kept else ""

    def commit(self, run: Run, cluster: str, now: datetime) -> str:
        """Pass the point of no return, right before the delete call; else the sentence why it must not be.

        From here on nothing is cancelled any more. Committing again is no harm.
        """
        kept = self.change(request_id(run, cluster), lambda request: committed(request, now) or request)
        if kept is None:
            return NO_REQUEST
        if kept.request.committed_at is not None:
            return ""
        return cancellation(kept.request) or f"its approval request is {kept.request.status.value}"

    def retract(self, run: Run, cluster: str) -> None:
        """Return from the point of no return: Redshift has certainly refused the delete call."""
        self.change(request_id(run, cluster), lambda request: replace(request, committed_at=None))

    def close(self, run: Run, cluster: str, now: datetime, outcome: str) -> None:
        """The run is done with the cluster; ``outcome`` is the operation's. Closing again changes nothing."""
        self.change(request_id(run, cluster), lambda request: closed(request, now, outcome))

    def vouch(self, execution: str, requester: str, now: datetime) -> None:
        """Keep for whom the Function URL starts an execution."""
        item = {"pk": "REQUESTERS", "sk": execution, "by": requester, "at": format_moment(now)}
        self._table.put_item(Item=item)

    def vouched(self, execution: str) -> str:
        """For whom the Function URL started an execution, empty for others."""
        key = {"pk": "REQUESTERS", "sk": execution}
        found = self._table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return str(found.get("by", ""))
