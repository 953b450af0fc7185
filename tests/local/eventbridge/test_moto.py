"""These fail when moto closes a gap: then what stands in for it here can go."""

from __future__ import annotations

from typing import Any

import pytest
from moto.cloudtrail.models import CloudTrailBackend
from moto.events.models import EventPattern, Rule

from local.eventbridge.bus import restore
from tests.support.local_aws import ACCOUNT, REGION

EVENT: Any = {
    "id": "e",
    "source": "tank",
    "detail-type": "t",
    "region": REGION,
    "resources": ["r"],
    "detail": {},
    "time": 0.0,
    "ingestion-time": 0.0,
}
MotoRule: Any = Rule  # abstract to type checkers only


@pytest.mark.parametrize("arn", ["lambda:{}:{}:function:f", "states:{}:{}:stateMachine:m", "sns:{}:{}:topic"])
def test_moto_still_delivers_to_queues_and_logs_only(arn: str) -> None:
    restore()
    target = {"Id": "1", "Arn": f"arn:aws:{arn.format(REGION, ACCOUNT)}"}
    where = {"account_id": ACCOUNT, "region_name": REGION, "event_bus_name": "default"}
    unset = dict.fromkeys(("description", "schedule_exp", "role_arn", "state"))
    rule = MotoRule(name="r", event_pattern='{"source": ["tank"]}', targets=[target], **where, **unset)
    with pytest.raises(NotImplementedError):
        rule.send_to_targets(EVENT)


def test_moto_still_takes_an_unknown_operator_for_a_match() -> None:
    assert EventPattern.load('{"source": [{"regex": "x"}]}').matches_event(EVENT)


def test_moto_still_passes_over_objects_in_arrays() -> None:
    event: Any = {**EVENT, "detail": {"tags": [{"key": "env"}]}}
    assert not EventPattern.load('{"detail": {"tags": {"key": ["env"]}}}').matches_event(event)


def test_moto_still_looks_up_no_events() -> None:
    assert not hasattr(CloudTrailBackend, "lookup_events")
