"""Nothing starts after the change window has closed, however long Start takes before its call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.models import ChangeWindow, RotateKeys
from steward.domain.moments import format_moment
from steward.steps.rotate_keys.start import start
from tests.support.deployed_policy import FixedPolicy
from tests.support.fault_plan import STOP
from tests.unit.rotate_keys.test_one_winner import NOW, Simulation

SECTION = RotateKeys(
    schedule="rate(7 days)",
    timezone="UTC",
    max_age="90 days",
    paused="wake",
    window=ChangeWindow(opens="21:00", closes="21:30"),
)
POLICY = FixedPolicy(rotate_keys=SECTION.settings())
BEFORE_IT_CLOSES = NOW + timedelta(minutes=29, seconds=55)


def slow_game(point: int, *, paused: bool) -> tuple[Simulation, str]:
    """Start, entered five seconds before the window closes; the ``point``-th call takes seven."""
    game = Simulation({point: STOP}, POLICY, paused=paused)
    game.clock.moment = BEFORE_IT_CLOSES

    def take_long(_kind: str) -> None:
        game.clock.moment += timedelta(seconds=7)

    game.faults.interrupt = take_long
    answer = start(game.event | {"now": format_moment(BEFORE_IT_CLOSES)}, game.tools)
    return game, answer["reason"]


@pytest.mark.parametrize(("paused", "call"), [(False, "rotate_encryption_key"), (True, "resume_cluster")])
def test_what_is_called_was_still_allowed_by_the_clock_after_the_last_write_before_it(
    *, paused: bool, call: str
) -> None:
    quick = slow_game(0, paused=paused)[0]
    assert quick.redshift.applied == [call]
    sent = next(n for n in range(1, 20) if slow_game(n, paused=paused)[0].redshift.applied)

    late = [slow_game(point, paused=paused) for point in range(1, sent)]

    assert len(late) > 2, "what Start does before its call"
    for game, reason in late:
        assert game.redshift.sent == []
        assert reason.startswith("the change window 21:00-21:30 every day (UTC) is closed"), reason
        record = game.tools.operations.records["sales"]  # type: ignore[attr-defined]  # in memory
        assert (record["outcome"], record["code"]) == ("skipped", "window_closed")
        assert not record.get("called_at")
        assert not record.get("resumed")
