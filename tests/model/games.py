"""Games of the model: a reference game, and the mishaps at some of its calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from policy import Deprovision
from steward.domain.approvals.evaluate import ResponseType
from tests.model.mishaps import MISHAPS, LedgersShare, Storm
from tests.model.rivals import watch_lock
from tests.support.deprovision_env import Others, Time
from tests.support.deprovision_simulation import RUN, Simulation, StoppedError
from tests.support.inprocess_redshift import redshift_with
from tests.workflows.deprovision.test_deprovision_model import BASE, START, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from local.redshift.state.cluster import Cluster
    from tests.model.rivals import Rival
    from tests.model.second_run import SecondRun

PLAIN: dict[str, Any] = {"approval": {"required": False}, "rotate_first": False}
REFERENCES: dict[str, dict[str, Any]] = {
    "plain": {"policy": PLAIN},
    "rotated": {"policy": PLAIN | {"rotate_first": True}},
    "quarantined": {"policy": PLAIN | {"quarantine": "2 days"}, "knobs": {"paused_delete": "reject"}},
    "restored": {"policy": PLAIN | {"restore_test": True}},
    "approved": {
        "policy": {"approval": {"required": True, "expires_after": "2 days"}, "rotate_first": False},
        "approved": True,
    },
    "asleep": {"policy": PLAIN, "paused": True, "knobs": {"paused_delete": "reject"}},
    "everything": {
        "policy": {
            "approval": {"required": True, "expires_after": "2 days"},
            "rotate_first": True,
            "restore_test": True,
            "quarantine": "2 days",
        },
        "approved": True,
    },
}
"""By name: policy, knobs of the cluster, whether it is paused, whether somebody approves."""


RIVALS_HOURS = 30 * 24
"""After the game's end other runs come to theirs."""


@dataclass
class Everybody(Others):
    """What else the steps read; it knows which of several runs are under way."""

    def is_running(self, arn: str) -> bool:
        return arn not in self.ended and (arn != RUN["arn"] or not self.stopped)


@dataclass(frozen=True)
class Game:
    """One game; `text` and `parse` are each other's inverse, so that one game can be replayed.

    Attributes:
        reference: Its reference game, a key of `REFERENCES`.
        mishaps: By the number of the call, counted over everything that the functions do.
    """

    reference: str
    mishaps: Mapping[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return json.dumps([self.reference, {str(call): kind for call, kind in self.mishaps.items()}])

    @staticmethod
    def parse(text: str) -> Game:
        reference, mishaps = json.loads(text)
        return Game(reference, {int(call): kind for call, kind in mishaps.items()})


@dataclass(frozen=True)
class Played:
    """A game that has ended.

    Attributes:
        ended: ``done``, ``failed``, ``abandoned`` or ``stopped``.
        cluster: The cluster that the game is about, whatever it is called and wherever it is now.
        fell: The mishaps that happened, and when.
        rivals: Runs of other workflows that came by, and their recovery runs.
        seconds: Further runs of deprovision.
        unlocked: Changes of deprovision that were made without its lock.
        accepted: Wrong inputs that were not refused.
    """

    game: Game
    simulation: Simulation
    ended: str
    cluster: Cluster
    was_paused: bool
    fell: Mapping[str, datetime]
    rivals: Sequence[Rival]
    seconds: Sequence[SecondRun]
    unlocked: Sequence[str]
    accepted: Sequence[Any]

    @property
    def record(self) -> dict[str, Any]:
        return self.simulation.ledger.records.get("sales", {})

    @property
    def evidence(self) -> dict[str, Any]:
        return dict(self.record.get("evidence", {}))

    @property
    def outcome(self) -> str:
        return str(self.record.get("outcome", ""))

    @property
    def is_there(self) -> bool:
        return any(each is self.cluster for each in self.simulation.backend.clusters_by_id.values())


def play(game: Game) -> Played:
    """Play a game to its end."""
    reference = REFERENCES[game.reference]
    clock, paused = Time(START), bool(reference.get("paused"))
    backend = redshift_with(clock, reference.get("knobs", {}), paused=paused)
    cluster = backend.clusters_by_id["sales"]
    settings = Deprovision.model_validate({**BASE, **reference["policy"]}).settings()
    answer = (timedelta(minutes=5), say(ResponseType.APPROVE)) if reference.get("approved") else None
    storm = Storm(dict(game.mishaps))
    simulation = Simulation(backend, clock, settings, storm, [], answer, Everybody())
    storm.simulation = simulation
    unlocked: list[str] = []
    simulation.redshift.before_change = lambda name: watch_lock(unlocked, name, simulation.ledger, RUN)
    shared: Any = LedgersShare(storm)
    simulation.ledger.faults = simulation.baselines.faults = shared
    try:
        ended = simulation.run()
    except StoppedError:  # while Abandon was at work
        ended = "stopped"
    for _ in range(RIVALS_HOURS):
        if simulation.events:
            simulation._pass(3600)
    rivals = [run for rival in storm.rivals for run in (rival, rival.recovery) if run is not None]
    return Played(
        game, simulation, ended, cluster, paused, storm.fell, rivals, storm.seconds, unlocked, storm.accepted
    )


def calls_of(reference: str) -> int:
    """How many calls the reference game has when nothing goes wrong."""
    return play(Game(reference)).simulation.faults.count


def singles() -> Iterator[Game]:
    """Every mishap at every call of every reference game."""
    for reference in REFERENCES:
        for call in range(1, calls_of(reference) + 1):
            yield from (Game(reference, {call: kind}) for kind in MISHAPS)


def pairs(every: int = 1, offset: int = 0) -> Iterator[Game]:
    """Two mishaps at two calls of the plain reference game: each ``every``-th pair of all."""
    calls = calls_of("plain")
    number = 0
    for first in range(1, calls + 1):
        for second in range(first + 1, calls + 2):
            for one in MISHAPS:
                for other in MISHAPS:
                    number += 1
                    if number % every == offset:
                        yield Game("plain", {first: one, second: other})


def at_random(count: int, seed: int) -> Iterator[Game]:
    """Three to six mishaps in any reference game."""
    rng = Random(seed)  # noqa: S311 - repeatable, no secret
    names = list(REFERENCES)
    lengths = {name: calls_of(name) for name in names}
    for _ in range(count):
        reference = rng.choice(names)
        last = lengths[reference] + 20
        mishaps = {rng.randint(1, last): rng.choice(MISHAPS) for _ in range(rng.randint(3, 6))}
        yield Game(reference, mishaps)
