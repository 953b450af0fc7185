"""Functions that hear events, as a rule's target does, at moments that the clock decides."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.clock import Waiter
from local.eventbridge import listening
from local.eventbridge.delivery import LATENCY
from tests.local.eventbridge.conftest import Bus


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
    clock, waiter = bus.aws.clock, Waiter(bus.aws.clock)
    with listening({"source": ["tank"]}, lambda _: waiter.wake()), clock.busy():
        bus.put({"level": 1})
        assert waiter.wait() is True


def test_a_listener_hears_nothing_after_its_block(bus: Bus) -> None:
    heard: list[Any] = []
    with listening({"source": ["tank"]}, heard.append):
        pass
    bus.put({"level": 1})
    bus.aws.clock.advance(5)
    assert heard == []


def test_a_call_that_a_listener_waits_for_is_worth_jumping_to(bus: Bus) -> None:
    clock, waiter = bus.aws.clock, Waiter(bus.aws.clock)
    with listening({"detail": {"eventName": ["CreateTopic"]}}, lambda _: waiter.wake()), clock.busy():
        bus.aws.client("sns").create_topic(Name="letters")
        assert waiter.wait() is True


def test_nobody_listens_where_no_local_aws_runs() -> None:
    with pytest.raises(RuntimeError, match="no local AWS runs"), listening({}, print):
        pass
