"""A run of rotate-keys that comes to the game's cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy.models import RotateKeys
from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags, KeyRotation
from steward.domain.workflows import ROTATE_KEYS
from steward.steps.rotate_keys.finish import Tools as FinishTools
from steward.steps.rotate_keys.finish import finish
from steward.steps.rotate_keys.start import Tools as StartTools
from steward.steps.rotate_keys.start import start
from tests.model.rivals import POLL, Rival, item_of, run_named
from tests.support.deployed_policy import FixedPolicy
from tests.support.memory_ledger import Ledger, join_family

if TYPE_CHECKING:
    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

SECTION = {"schedule": "rate(7 days)", "timezone": "Europe/Berlin", "max_age": "90 days"}
POLICY = FixedPolicy(rotate_keys=RotateKeys.model_validate(SECTION).settings())


class RotateKeysChild(Rival):
    """The child execution of rotate-keys."""

    def build(self) -> None:
        client: Any = self.redshift
        seeing: dict[str, Any] = {
            "clusters": Clusters(client),
            "power": ClusterPower(client),
            "rotations": self.simulation.others,
        }
        starting: dict[str, Any] = {
            "rotation": KeyRotation(client),
            "policy": POLICY,
            "history": self.ledger,
            "clock": self.simulation.clock,
        }
        self._start = StartTools(**self.common, **seeing, **starting)
        self._finish = FinishTools(
            **self.common, **seeing, tags=ClusterTags(client), clock=self.simulation.clock
        )

    def begin(self, simulation: Simulation) -> None:
        """Start, then come back when its answer says so."""
        answer = self.invoke(start, self.step_event(simulation), self._start, self.begin)
        if answer is None:
            return
        self.since, self.attempt = answer["since"], self.attempt + 1
        if answer["next"] == "again":
            self.later(self.begin, answer["wait_seconds"])
        elif answer["next"] == "rotating":
            self.later(self.look, POLL)
        elif answer["next"] == "finish":
            self.later(self.end, 1)

    def look(self, simulation: Simulation) -> None:
        """Wait for the end of the rotation."""
        cluster = simulation.backend.clusters_by_id.get("sales")
        if cluster is not None and cluster.current_status() == "rotating-keys":
            self.later(self.look, POLL)
        else:
            self.later(self.end, 1)

    def end(self, simulation: Simulation) -> None:
        """Finish; a cluster that refuses for now is tried again."""
        wait = {"polls": 1, "overshoot_seconds": 0, "odd_status": ""}
        answer = self.invoke(finish, self.about(simulation) | {"wait": wait}, self._finish, self.end)
        if answer is not None and answer["next"] != "done":
            self.later(self.end, POLL)


def rotate_keys_comes_by(simulation: Simulation, cluster: Cluster, number: int) -> RotateKeysChild:
    """A run that has planned this cluster; an outage of Redshift is none of its DynamoDB."""
    shared = simulation.ledger
    ledger = Ledger(shared.faults, locks=shared.locks, taken=shared.taken)
    join_family(ledger, shared)
    run = run_named(ROTATE_KEYS.name, number, simulation)
    child = RotateKeysChild(simulation, item_of(cluster) | {"expected_seconds": 600}, run, ledger)
    child.later(child.begin, 1)
    return child
