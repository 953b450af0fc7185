"""A rotation that AWS throttles, or does not answer, is called again for half a day, and made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from policy.models import RotateKeys
from steward.domain.errors import ClusterStayedBusy
from steward.domain.moments import format_moment
from steward.domain.retry_budget import OUTAGE_BUDGET, RETRY_BUDGET
from steward.steps.rotate_keys.start import start
from tests.support.deployed_policy import FixedPolicy
from tests.support.fault_plan import DROPPED, LOST, THROTTLED, FaultPlan
from tests.unit.rotate_keys.test_one_winner import NOW, POLICY, Simulation

if TYPE_CHECKING:
    from tests.support.deprovision_env import Time

HOUR = timedelta(hours=1)
MOST_CALLS = 45
SECTION = {"schedule": "rate(7 days)", "timezone": "UTC", "max_age": "90 days", "paused": "wake"}
WAKE = FixedPolicy(rotate_keys=RotateKeys.model_validate(SECTION).settings())


@dataclass
class Outage(FaultPlan):
    """Of every change, until it is over."""

    clock: Time = field(kw_only=True)
    kind: str = THROTTLED
    lasts: timedelta = HOUR

    def take(self, *kinds: str) -> str:
        """What goes wrong with this call."""
        self.count += self.kind in kinds
        return self.kind if self.kind in kinds and self.clock.moment - NOW < self.lasts else ""


def in_outage(
    kind: str, lasts: timedelta, policy: FixedPolicy = POLICY, *, paused: bool = False
) -> Simulation:
    game = Simulation({}, policy, paused=paused)
    game.redshift._faults = Outage(clock=game.clock, kind=kind, lasts=lasts)
    return game


def play(game: Simulation, most: int = 300) -> str:
    """Call Start as long as it asks for that, and at most so often; its last answer."""
    last = "again"
    for attempt in range(most):
        if last != "again":
            break
        answer = start(game.event | {"attempt": attempt}, game.tools)
        last = answer["next"]
        game.clock.moment += timedelta(seconds=answer.get("wait_seconds", 0))
        game.event |= {"now": format_moment(game.clock.moment), "since": answer["since"]}
    return last


@pytest.mark.parametrize("kind", [THROTTLED, DROPPED])
@pytest.mark.parametrize("lasts", [HOUR / 2, 3 * HOUR, 11 * HOUR])
def test_after_an_outage_the_keys_are_rotated_once(kind: str, lasts: timedelta) -> None:
    game = in_outage(kind, lasts)

    assert (play(game), game.redshift.applied) == ("rotating", ["rotate_encryption_key"])
    assert game.redshift._faults.count <= MOST_CALLS
    assert game.clock.moment - NOW < lasts + 2 * HOUR
    assert game.clock.moment - NOW > RETRY_BUDGET


def test_a_rotation_that_was_applied_without_an_answer_in_an_outage_is_found_and_not_repeated() -> None:
    game = in_outage(LOST, 3 * HOUR)

    assert (play(game), game.redshift.applied) == ("rotating", ["rotate_encryption_key"])


@pytest.mark.parametrize(
    ("kind", "words"),
    [(THROTTLED, "for half a day; its last answer: Throttling"), (DROPPED, "no answer came")],
)
def test_an_outage_of_more_than_half_a_day_ends_the_operation(kind: str, words: str) -> None:
    game = in_outage(kind, 20 * HOUR)

    with pytest.raises(ClusterStayedBusy, match=words):
        play(game)

    assert OUTAGE_BUDGET <= game.clock.moment - NOW <= OUTAGE_BUDGET + HOUR
    assert game.redshift.applied == []


@pytest.mark.parametrize("kind", [THROTTLED, DROPPED])
def test_time_that_passes_in_an_outage_does_not_spend_the_clusters_own_budget(kind: str) -> None:
    game = in_outage(kind, OUTAGE_BUDGET)
    while game.clock.moment - NOW < HOUR:
        assert play(game, 1) == "again"

    game.redshift._faults = FaultPlan()
    game.redshift.refusals = {"rotate_encryption_key": "InvalidClusterState"}

    assert play(game, 5) == "again"


@pytest.mark.parametrize("kind", [THROTTLED, DROPPED])
def test_a_paused_cluster_is_resumed_after_an_outage(kind: str) -> None:
    game = in_outage(kind, 3 * HOUR, WAKE, paused=True)

    assert (play(game), game.redshift.applied) == ("resuming", ["resume_cluster"])
