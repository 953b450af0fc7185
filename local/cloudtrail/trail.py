"""The records of CloudTrail: an EventBridge event after a while, in LookupEvents after a longer while."""

import json
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.events.models import events_backends
from moto.moto_api._internal import mock_random

from local.cloudtrail.calls import Answer, Call
from local.cloudtrail.record import DETAIL_TYPE, build_record, resources
from local.context import Context
from local.eventbridge import is_awaited
from local.iam.identity import Caller, caller

KEPT = timedelta(days=90)
"""How far back event history goes (CloudTrail user guide, "Working with CloudTrail event history")."""


@dataclass
class Lags:
    """How long after a call CloudTrail has it.

    Attributes:
        event: Until EventBridge has the event. AWS promises no figure; half a minute is a setting of ours.
        history: Until LookupEvents has it; an average of about 5 minutes, and not guaranteed (CloudTrail user
            guide, "How CloudTrail works").
    """

    event: timedelta = timedelta(seconds=30)
    history: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Entry:
    """One record and what LookupEvents says beside it."""

    at: datetime
    record: dict[str, Any]
    caller: Caller

    @property
    def shown(self) -> dict[str, Any]:
        """The entry as LookupEvents answers it; its time in seconds since 1970."""
        record = self.record
        return {
            "EventId": record["eventID"],
            "EventName": record["eventName"],
            "ReadOnly": "false",
            "AccessKeyId": self.caller.access_key,
            "EventTime": self.at.timestamp(),
            "EventSource": record["eventSource"],
            "Username": self.caller.name,
            "Resources": resources(record),
            "CloudTrailEvent": json.dumps(record),
        }


class Trail:
    """The records of one local AWS.

    Args:
        context: Its clock says when.

    Attributes:
        lags: May be changed at any time, for the calls that follow.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.lags = Lags()
        self._entries: dict[tuple[str, str], list[Entry]] = {}
        self._sessions: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._closed = False

    def record(self, call: Call, answer: Answer, at: datetime) -> None:
        """Record a call that was made at a moment and has been answered."""
        who = caller(call.headers, self.context)
        with self._lock:
            began = self._sessions.setdefault(who.access_key, at)
            record = build_record(
                call, answer, who, at, event_id=str(mock_random.uuid4()), session_began=began
            )
            self._entries.setdefault((who.account, call.region), []).append(Entry(at, record, who))
        self._publish(who.account, call, record, at)

    def history(self, account: str, region: str) -> list[Entry]:
        """What LookupEvents knows by now, the newest first."""
        now = self.context.clock.now()
        with self._lock:
            entries = list(self._entries.get((account, region), []))
        known = [entry for entry in entries if now - KEPT <= entry.at <= now - self.lags.history]
        return sorted(known, key=lambda entry: entry.at)[::-1]

    def forget(self) -> None:
        """Drop all records, as if no call had been made yet."""
        with self._lock:
            self._entries.clear()
            self._sessions.clear()

    def close(self) -> None:
        """Publish nothing more."""
        self._closed = True

    def _publish(self, account: str, call: Call, record: dict[str, Any], at: datetime) -> None:
        """Put the event on the default bus after the lag; a clock that jumps goes there if a rule waits."""
        source = f"aws.{call.service}"
        entry = {
            "Source": source,
            "DetailType": DETAIL_TYPE,
            "Time": at.timestamp(),
            "Detail": json.dumps(record),
        }
        event = {
            "source": source,
            "detail-type": DETAIL_TYPE,
            "account": account,
            "region": call.region,
            "resources": [],
            "time": record["eventTime"],
            "detail": record,
        }

        def put() -> None:
            if not self._closed:
                events_backends[account][call.region].put_events([entry])

        due = self.context.clock.now() + self.lags.event
        self.context.clock.call_at(due, put, foreground=is_awaited(account, call.region, event))
