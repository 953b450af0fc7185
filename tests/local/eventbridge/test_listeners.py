"""Functions that hear events, as a rule's target does, at moments that the clock decides."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from local.clock import Waiter
from local.eventbridge import listening
from local.eventbridge.delivery import LATENCY
from tests.local.eventbridge.conftest import Bus
from tests.support.local_aws import ACCOUNT, REGION


def test_a_listener_hears_what_its_pattern_describes_after_the_latency(bus: Bus) -> None:
    heard: list[tuple[datetime, Any]] = []
    clock = bus.aws.clock
    with clock.busy():
        began = clock.now()
        with listening(
            {"source": ["tank"], "detail": {"level": [{"numeric": [">", 5]}]}},
            lambda event: heard.append((clock.now(), event["detail"])),
        ):
            for level in (3, 7, 9):
                bus.put({"level": level})
            bus.put({"level": 8}, source="river")
            Waiter(clock).wait(began + timedelta(seconds=5))
    assert sorted(heard, key=str) == [(began + LATENCY, {"level": 7}), (began + LATENCY, {"level": 9})]


def test_a_jumping_clock_goes_to_what_a_listener_hears(bus: Bus) -> None:
    heard = threading.Event()
    with listening({"source": ["tank"]}, lambda _: heard.set()):
        bus.put({"level": 1})
        assert heard.wait(5)


def test_a_jumping_clock_goes_to_the_record_of_a_call_that_a_listener_hears(bus: Bus) -> None:
    heard = threading.Event()
    arn = f"arn:aws:redshift:{REGION}:{ACCOUNT}:cluster:none"
    with listening({"detail": {"eventName": ["CreateTags"]}}, lambda _: heard.set()):
        with suppress(ClientError):
            bus.aws.client("redshift").create_tags(ResourceName=arn, Tags=[{"Key": "a", "Value": "b"}])
        assert heard.wait(5)


def test_a_listener_hears_nothing_after_its_block(bus: Bus) -> None:
    heard: list[Any] = []
    with listening({"source": ["tank"]}, heard.append):
        pass
    bus.put({"level": 1})
    bus.aws.clock.advance(5)
    assert heard == []
