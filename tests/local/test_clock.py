"""The shared clock: it never outruns work, never forgets a moment, and jumps only when everybody waits."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.clock import Clock, Waiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 1, 1, tzinfo=UTC)
FAST = 3_600_000
"""An hour of virtual time in a real millisecond."""


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A jumping clock."""
    jumping = Clock(START)
    yield jumping
    jumping.close()


def wait_until(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within five real seconds."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


def sleeps(clock: Clock, seconds: float) -> bool:
    return Waiter(clock).wait(clock.now() + timedelta(seconds=seconds))


def test_virtual_hours_take_no_time(clock: Clock) -> None:
    clock.advance(8 * 3600)
    assert clock.now() == START + timedelta(hours=8)


def test_time_stands_still_while_somebody_works(clock: Clock) -> None:
    with clock.busy():
        clock.spawn(lambda: sleeps(clock, 60) and None)
        time.sleep(0.02)
        assert clock.now() == START


def test_sleepers_wake_in_the_order_of_their_moments(clock: Clock) -> None:
    woken: list[int] = []

    def nap(minutes: int) -> None:
        sleeps(clock, minutes * 60)
        woken.append(minutes)

    with clock.busy():
        naps = [clock.spawn(lambda m=m: nap(m)) for m in (30, 10, 20)]
    for thread in naps:
        thread.join(5)
    assert woken == [10, 20, 30]


def test_a_waiter_that_is_woken_says_so_and_time_has_not_passed(clock: Clock) -> None:
    waiter = Waiter(clock)
    answers: list[bool] = []
    with clock.busy():
        thread = clock.spawn(lambda: answers.append(waiter.wait(START + timedelta(hours=1))))
        waiter.wake()
    thread.join(5)
    assert answers == [True]
    assert clock.now() == START


def test_a_wake_before_the_wait_is_not_lost(clock: Clock) -> None:
    waiter = Waiter(clock)
    waiter.wake()
    with clock.busy():
        assert waiter.wait(START + timedelta(hours=1)) is True
    assert clock.now() == START


def test_a_waiter_can_be_used_again(clock: Clock) -> None:
    waiter = Waiter(clock)
    with clock.busy():
        assert waiter.wait(START + timedelta(minutes=1)) is False
        assert waiter.wait(START + timedelta(minutes=2)) is False
    assert clock.now() == START + timedelta(minutes=2)


def test_a_background_moment_is_not_worth_jumping_to_but_is_not_missed(clock: Clock) -> None:
    rung = threading.Event()
    clock.call_at(START + timedelta(hours=1), rung.set)
    time.sleep(0.02)
    assert clock.now() == START
    clock.advance(2 * 3600)
    assert rung.wait(5)


def test_what_falls_due_on_the_way_is_done_before_time_goes_on(clock: Clock) -> None:
    observed: list[datetime] = []
    clock.call_at(START + timedelta(minutes=5), lambda: observed.append(clock.now()))
    clock.advance(600)
    assert observed == [START + timedelta(minutes=5)]


def test_what_is_due_at_one_moment_begins_in_the_order_in_which_it_was_scheduled(clock: Clock) -> None:
    rung: list[str] = []
    for name, minutes in (("late", 6), ("first", 5), ("second", 5), ("third", 5)):
        due = START + timedelta(minutes=minutes)
        clock.set_alarm(due, lambda name=name: rung.append(name), foreground=False)  # type: ignore[misc] # bound early
    clock.advance(600)
    assert rung == ["first", "second", "third", "late"]


def test_a_cancelled_moment_does_not_ring(clock: Clock) -> None:
    rung: list[int] = []
    clock.cancel(clock.call_at(START + timedelta(minutes=5), lambda: rung.append(1)))
    clock.advance(600)
    assert rung == []


class RealTime:
    """Real time that passes only when the test says so, in one go: a machine that was held up so long."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, clock: Clock, seconds: float) -> None:
        """Let ``seconds`` pass, and the clock's thread notice."""
        with clock.changed:
            self.seconds += seconds
            clock.changed.notify_all()


@pytest.fixture
def real() -> RealTime:
    return RealTime()


@pytest.fixture
def paced(real: RealTime) -> Iterator[Clock]:
    """A clock of one virtual minute a real second."""
    clock = Clock(START, speed=60, real_time=real)
    yield clock
    clock.close()


def test_a_paced_clock_runs_when_idle_and_stands_still_while_somebody_works(
    paced: Clock, real: RealTime
) -> None:
    real.pass_by(paced, 5)
    assert paced.now() == START + timedelta(minutes=5)
    with paced.busy():
        real.pass_by(paced, 3600)
        assert paced.now() == START + timedelta(minutes=5)
    real.pass_by(paced, 1)
    assert paced.now() == START + timedelta(minutes=6)


def test_a_stall_adds_no_more_than_the_time_to_the_next_due_moment(paced: Clock, real: RealTime) -> None:
    observed: list[datetime] = []
    dues = [START + timedelta(hours=hours) for hours in (1, 2, 3)]
    for due in dues:
        paced.call_at(due, lambda: observed.append(paced.now()))
    for count, due in enumerate(dues, 1):
        real.pass_by(paced, 86_400)  # sixty virtual days, in which nothing of this process has run
        assert wait_until(lambda n=count: len(observed) == n and not paced.working)
        assert paced.now() == due
    assert observed == dues


def test_a_paced_clock_waits_at_a_due_moment_until_what_is_due_has_ended(
    paced: Clock, real: RealTime
) -> None:
    began, may_end = threading.Event(), threading.Event()
    paced.call_at(START + timedelta(hours=1), lambda: began.set() or (may_end.wait(5) and None))
    real.pass_by(paced, 3600)
    assert began.wait(5)
    real.pass_by(paced, 3600)
    assert paced.now() == START + timedelta(hours=1)
    may_end.set()
    assert wait_until(lambda: not paced.working)
    real.pass_by(paced, 60)
    assert paced.now() == START + timedelta(hours=2)


@dataclass(frozen=True)
class Step:
    """What a thread of `trace` does next.

    Attributes:
        sleep: Virtual seconds.
        stall: Real milliseconds of work after that.
        holds_clock: Whether the clock cannot run meanwhile, as when the whole machine is held up.
    """

    sleep: int
    stall: int
    holds_clock: bool


def trace(clock: Clock, plans: list[list[Step]], *, stalled: bool) -> list[tuple[datetime, int]]:
    """Run each plan on a thread of its own; when each of its steps ended, and whose it was."""
    observed: list[tuple[datetime, int]] = []

    def run(name: int, plan: list[Step]) -> None:
        for step in plan:
            sleeps(clock, step.sleep)
            observed.append((clock.now(), name))
            with clock.changed if stalled and step.holds_clock else nullcontext():
                time.sleep(step.stall / 1000 if stalled else 0)

    with clock.busy():
        base = clock.now()
        threads = [clock.spawn(lambda n=n, p=p: run(n, p)) for n, p in enumerate(plans)]
    for thread in threads:
        thread.join(10)
    clock.close()
    return [(START + (moment - base), name) for moment, name in observed]


steps = st.builds(Step, st.integers(1, 3600), st.integers(0, 4), st.booleans())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=6))
def test_on_any_clock_and_machine_every_step_comes_at_its_moment_and_in_order(
    plans: list[list[Step]],
) -> None:
    expected = [
        (START + timedelta(seconds=sum(step.sleep for step in plan[: count + 1])), name)
        for name, plan in enumerate(plans)
        for count in range(len(plan))
    ]
    for speed, stalled in ((None, False), (None, True), (FAST, False), (FAST, True)):
        observed = trace(Clock(START, speed), plans, stalled=stalled)
        assert [moment for moment, _ in observed] == sorted(moment for moment, _ in expected)
        assert sorted(observed) == sorted(expected)


def test_the_clock_tells_whether_anybody_works_and_who_waits_does_not(clock: Clock) -> None:
    while_waiting: list[bool] = []
    clock.set_alarm(
        START + timedelta(minutes=1), lambda: while_waiting.append(clock.working), foreground=False
    )
    before = clock.working

    with clock.busy():
        inside = clock.working
        Waiter(clock).wait(START + timedelta(minutes=2))

    assert (before, inside, while_waiting, clock.working) == (False, True, [False], False)
