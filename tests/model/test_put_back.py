"""A deletion that is stopped at any call is put back by its recovery or by a second, cancelled run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from policy import Deprovision
from steward.domain.approvals.evaluate import Response, ResponseType, evaluate
from steward.domain.approvals.requests import request_id
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.recovery import recovery_of
from steward.domain.run import Run
from tests.model.games import REFERENCES, Everybody, Game, Played, play
from tests.support.deprovision_simulation import RUN, Simulation
from tests.support.fault_plan import STOP
from tests.workflows.deprovision.test_deprovision_model import ANN, BASE, BOB

STOPPED = Run(**RUN)
QUARANTINED = Deprovision.model_validate({**BASE, **REFERENCES["quarantined"]["policy"]}).settings()
KNOWN = ("quarantined", "asleep", "rotated")


@dataclass
class Successor(Simulation):
    """A run on the cluster of a stopped one: same world, nothing goes wrong any more."""

    first: Simulation = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.baselines, self.requests = self.first.baselines, self.first.requests
        nothing: Any = self.faults
        self.baselines.faults = nothing
        self.ledger.locks = self.first.ledger.locks
        self._tools()


class Recovery(Successor):
    """Goes on with the stopped run's own record, and has its lock."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ledger.records = self.first.ledger.records
        self.ledger.take("sales", Run(**self.about_run), self.clock.moment, instead_of=STOPPED.arn)
        self.ledger.update(STOPPED, "sales", self.clock.moment, stopped_at=self.clock.moment)

    def _plan(self) -> dict[str, Any]:
        return {**self.first.item, "continues": dict(RUN)}


def named(name: str) -> dict[str, str]:
    return {**RUN, "name": name, "arn": RUN["arn"].replace("run-1", name)}


def stopped_games(reference: str) -> list[Played]:
    """Stopped at each of its calls; those that had begun nothing are left out."""
    last = play(Game(reference)).simulation.faults.count
    games = [play(Game(reference, {call: STOP})) for call in range(1, last + 1)]
    return [game for game in games if game.ended == "stopped" and game.record]


def recover(played: Played) -> Recovery:
    first = played.simulation
    others = Everybody(trail=first.others.trail, ended={STOPPED.arn})
    run = named(recovery_of(STOPPED, RUN["started_at"]).name)
    others.rotated = first.others.rotated
    recovery = Recovery(first.backend, first.clock, first.settings, others=others, about_run=run, first=first)
    recovery.ending = recovery.run()  # type: ignore[attr-defined]
    return recovery


def cancel(simulation: Simulation) -> None:
    """Somebody cancels the request of the run that is under way."""
    kept = simulation.requests.find(request_id(Run(**simulation.about_run), "sales"))
    assert kept is not None
    reply = Response(ResponseType.CANCEL, BOB, simulation.clock.moment, kept.request.plan_hash)
    ruling = evaluate(replace(kept.request, started_by=ANN), reply)
    assert ruling.counts
    simulation.requests.change(kept.request.id, lambda _: ruling.request)
    simulation.interrupted = True


def not_put_back(played: Played, run: Simulation) -> str:
    """What is not as it was before the first run, once Redshift is done with it; empty if nothing."""
    run._pass(timedelta(days=1).total_seconds())
    cluster, record = played.cluster, run.ledger.records["sales"]
    if run.ledger.locks:
        return f"a lock is left: {run.ledger.locks}"
    if not played.is_there:
        final = run.backend.snapshots_by_id.get("sales-final-run-1")
        proven = record["outcome"] == "deleted" and final is not None and final.status == "available"
        return "" if proven else f"it is gone, and the outcome is {record['outcome']}"
    rotations = played.simulation.redshift.applied.count("rotate_encryption_key")
    if rotations != len(run.others.rotated):
        return f"Redshift rotated {rotations} times, and the ledger has {len(run.others.rotated)}"
    wanted = "paused" if played.was_paused else "available"
    if cluster.current_status() != wanted:
        return f"it is {cluster.current_status()}, and was {wanted}: {record['reason']}"
    tagged = any(tag["Key"] == APPROVED_TAG for tag in cluster.tags)
    return "it still has the tag of its approval" if tagged else ""


@pytest.mark.parametrize("reference", KNOWN)
def test_a_recovery_finishes_or_puts_back_what_a_stop_at_any_call_has_left(reference: str) -> None:
    games = stopped_games(reference)
    runs = [(game, recover(game)) for game in games]

    assert {run.ledger.records["sales"]["outcome"] for _, run in runs} == {"cancelled", "deleted"}
    assert [(game.game.text, why) for game, run in runs if (why := not_put_back(game, run))] == []


@pytest.mark.parametrize("reference", KNOWN)
def test_a_second_run_that_is_cancelled_puts_back_what_a_stop_of_the_first_has_left(reference: str) -> None:
    games = [
        game
        for game in stopped_games(reference)
        if game.is_there and "delete_cluster" not in game.simulation.redshift.applied
    ]
    broken, outcomes = [], set()
    for game in games:
        first = game.simulation
        first.ledger.locks.clear()  # the report on the stopped run
        first.clock.moment += timedelta(hours=2)
        first.backend.now()
        others = Everybody(trail=first.others.trail, ended={STOPPED.arn})
        others.rotated = first.others.rotated
        second = Successor(
            first.backend, first.clock, QUARANTINED, others=others, about_run=named("run-2"), first=first
        )
        second.events.append((first.clock.moment + timedelta(days=1), cancel))
        second.run()
        outcomes.add(second.ledger.records["sales"]["outcome"])
        if why := not_put_back(game, second):
            broken.append((game.game.text, why))

    assert len(games) > 10
    assert outcomes == {"cancelled"}
    assert broken == []
