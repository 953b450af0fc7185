"""RotateEncryptionKey has no idempotency token: of two invocations of Start only one may call it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy.models import RotateKeys
from steward.adapters.clusters import ClusterPower, Clusters, KeyRotation
from steward.domain.moments import format_moment
from steward.steps.rotate_keys.start import Tools, start
from tests.support.deployed_policy import FixedPolicy
from tests.support.deprovision_env import Others, Time
from tests.support.fault_plan import AFTER, BEFORE, LOST, STOP, TWIN, FaultPlan, KilledError
from tests.support.inprocess_redshift import Redshift, redshift_with
from tests.support.memory_ledger import Ledger

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
RUN = {
    "arn": "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-test-rotate-keys:run-1",
    "name": "run-1",
    "started_at": "2026-11-21T21:00:00Z",
    "workflow": "rotate-keys",
}
POLICY = FixedPolicy(
    rotate_keys=RotateKeys(schedule="rate(7 days)", timezone="UTC", max_age="90 days").settings()
)


class Simulation:
    """One cluster that is due, and Start at work on it."""

    def __init__(
        self, planned: dict[int, str], policy: FixedPolicy = POLICY, *, paused: bool = False
    ) -> None:
        self.faults, self.others, self.clock = FaultPlan(planned), Others(), Time(NOW)
        backend = redshift_with(self.clock, {}, paused=paused)
        self.redshift = Redshift(backend, self.faults)
        clock: Any = self.clock
        ledger: Any = Ledger(self.faults)
        others: Any = self.others
        client: Any = self.redshift
        cluster = backend.clusters_by_id["sales"]
        self.tools = Tools(
            ledger,
            ledger,
            others,
            others,
            others,
            clock,
            Clusters(client),
            KeyRotation(client),
            ClusterPower(client),
            others,
            policy,
            ledger,
        )
        created_at = cluster.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        item = {"cluster": "sales", "namespace_arn": cluster.namespace_arn, "created_at": created_at}
        self.event: Any = {
            "item": item | {"expected_seconds": 900},
            "run": RUN,
            "now": "2026-11-21T21:00:00Z",
            "since": "",
            "attempt": 0,
            "execution": "",
            "overrides": {"force": False, "ignore_window": False},
        }
        self.faults.interrupt = self._interrupt

    def _interrupt(self, kind: str) -> None:
        if kind == TWIN:
            start(self.event, self.tools)
        else:
            self.others.stopped = True

    def play(self) -> str:
        """Call Start until a rotation is watched or the run has ended; killed functions are called again."""
        for attempt in range(30):
            try:
                answer = start(self.event | {"attempt": attempt}, self.tools)
            except KilledError:
                continue
            if answer["next"] != "again" or self.others.stopped:
                return answer["next"]
            self.clock.moment += timedelta(seconds=answer["wait_seconds"])
            self.event |= {"now": format_moment(self.clock.moment), "since": answer["since"]}
        raise AssertionError


def points() -> range:
    game = Simulation({})
    assert game.play() == "rotating"
    return range(1, game.faults.count + 1)


@pytest.mark.parametrize("wrong", [TWIN, LOST, BEFORE, AFTER])
def test_whatever_happens_to_start_at_any_point_the_keys_are_rotated_once(wrong: str) -> None:
    for point in points():
        game = Simulation({point: wrong})

        assert (game.play(), game.redshift.applied) == ("rotating", ["rotate_encryption_key"]), (wrong, point)


def test_a_run_that_was_stopped_before_the_call_does_not_make_it() -> None:
    *before, commit, _call, _begun = points()
    for point in before:
        game = Simulation({point: STOP})
        assert (game.play(), game.redshift.applied) == ("again", [])
    assert Simulation({commit: STOP}).play() == "rotating", "what was committed is finished"
