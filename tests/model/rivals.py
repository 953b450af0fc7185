"""A run of rotate-keys that comes to the same cluster while deprovision is at work on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from policy.models import RotateKeys
from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags, KeyRotation
from steward.adapters.outages import name_outages
from steward.domain.error_budget import budget_for, is_outage, pause_after
from steward.domain.moments import format_moment
from steward.domain.workflows import ROTATE_KEYS
from steward.steps.abandon import Tools as AbandonTools
from steward.steps.abandon import abandon
from steward.steps.rotate_keys.finish import Tools as FinishTools
from steward.steps.rotate_keys.finish import finish
from steward.steps.rotate_keys.start import Tools as StartTools
from steward.steps.rotate_keys.start import start
from tests.support.deployed_policy import FixedPolicy
from tests.support.inprocess_redshift import Redshift
from tests.support.memory_ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

SECTION = {"schedule": "rate(7 days)", "timezone": "Europe/Berlin", "max_age": "90 days"}
POLICY = FixedPolicy(rotate_keys=RotateKeys.model_validate(SECTION).settings())
ARN_OF_RUNS = "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-test-rotate-keys:"
POLL = 300
"""Seconds between two looks at a cluster whose keys are being rotated."""


@dataclass
class RotateKeysChild:
    """The child execution of rotate-keys for the game's cluster, one invocation at a time.

    Attributes:
        record: What its run has recorded about the cluster.
        redshift: Its own client: what it changes is not deprovision's doing.
    """

    simulation: Simulation
    item: dict[str, Any]
    number: int
    since: str = ""
    attempt: int = 0
    errors: int = 0
    ledger: Ledger = field(init=False)
    redshift: Redshift = field(init=False)

    def __post_init__(self) -> None:
        game = self.simulation
        self.ledger = Ledger(
            game.ledger.faults, locks=game.ledger.locks
        )  # an outage of Redshift is none of DynamoDB
        self.redshift = Redshift(game.backend, game.faults)
        client: Any = self.redshift
        others: Any = game.others
        ledger: Any = self.ledger
        common: dict[str, Any] = {
            "locks": ledger,
            "operations": ledger,
            "events": others,
            "executions": others,
        }
        seeing: dict[str, Any] = {
            "clusters": Clusters(client),
            "power": ClusterPower(client),
            "rotations": others,
        }
        starting: dict[str, Any] = {"rotation": KeyRotation(client), "policy": POLICY}
        self._start = StartTools(**common, **seeing, **starting)
        self._finish = FinishTools(**common, **seeing, tags=ClusterTags(client))
        self._abandon = AbandonTools(**common)

    @property
    def record(self) -> dict[str, Any]:
        return self.ledger.records.get("sales", {})

    def begin(self, simulation: Simulation) -> None:
        """Start, then come back when its answer says so."""
        event = self._about(simulation) | {
            "since": self.since,
            "attempt": self.attempt,
            "overrides": {"force": False, "ignore_window": False},
        }
        answer = self._invoke(start, event, self._start, self.begin)
        if answer is None:
            return
        self.since, self.attempt = answer["since"], self.attempt + 1
        if answer["next"] == "again":
            self._later(self.begin, answer["wait_seconds"])
        elif answer["next"] == "rotating":
            self._later(self.look, POLL)
        elif answer["next"] == "finish":
            self._later(self.end, 1)

    def look(self, simulation: Simulation) -> None:
        """Wait for the end of the rotation."""
        cluster = simulation.backend.clusters_by_id.get("sales")
        if cluster is not None and cluster.current_status() == "rotating-keys":
            self._later(self.look, POLL)
        else:
            self._later(self.end, 1)

    def end(self, simulation: Simulation) -> None:
        """Finish; a cluster that refuses for now is tried again."""
        event = self._about(simulation) | {"wait": {"polls": 1, "overshoot_seconds": 0, "odd_status": ""}}
        answer = self._invoke(finish, event, self._finish, self.end)
        if answer is not None and answer["next"] != "done":
            self._later(self.end, POLL)

    def _invoke(
        self,
        step: Callable[..., Any],
        event: dict[str, Any],
        tools: Any,
        again: Callable[[Simulation], None],
    ) -> dict[str, Any] | None:
        try:
            with name_outages():
                answer = dict(step(event, tools))
        except Exception as error:  # noqa: BLE001 - whatever a function raises, the machine catches
            self.errors += 1
            failure = {"Error": type(error).__name__, "Cause": str(error)}
            if is_outage(failure) and self.errors <= budget_for(failure).tolerated:
                self._later(again, pause_after(self.errors))
            else:
                abandon({**event, "error": failure}, self._abandon)
            return None
        self.errors = 0
        return answer

    def _about(self, simulation: Simulation) -> dict[str, Any]:
        name = f"rotate-{self.number}"
        began = format_moment(simulation.clock.moment)
        run = {"arn": f"{ARN_OF_RUNS}{name}", "name": name, "started_at": began, "workflow": ROTATE_KEYS.name}
        return {"item": self.item, "run": run, "now": began, "execution": f"{name}'s child"}

    def _later(self, act: Callable[[Simulation], None], seconds: float) -> None:
        events = self.simulation.events
        events.append((self.simulation.clock.moment + timedelta(seconds=seconds), act))
        events.sort(key=lambda event: event[0])


def come_by(simulation: Simulation, cluster: Cluster, number: int) -> RotateKeysChild:
    """A run that has planned this cluster."""
    item = {
        "cluster": "sales",
        "namespace_arn": cluster.namespace_arn,
        "created_at": format_moment(cluster.created),
        "expected_seconds": 600,
    }
    child = RotateKeysChild(simulation, item, number)
    child._later(child.begin, 1)
    return child
