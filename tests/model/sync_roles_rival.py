"""A run of sync-roles that comes to the game's cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.redshift.state.roles import IN_SYNC
from steward.adapters.cluster_roles import ClusterRoles
from steward.adapters.clusters import Clusters
from steward.domain.workflows import SYNC_ROLES
from steward.steps.sync_roles.converge import Tools, converge
from tests.model.rivals import Rival, item_of, run_named
from tests.support.deployed_policy import FixedPolicy
from tests.support.memory_ledger import Ledger
from tests.support.role_facts import COPY, KEPT, LINKED, OLD, SETTINGS, UNLOAD, rule

if TYPE_CHECKING:
    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

POLICY = FixedPolicy(sync_roles=SETTINGS | {"rules": [rule("standard", COPY, UNLOAD, default=COPY)]})
FOUND = (OLD, KEPT, LINKED)
"""The roles of a cluster before sync-roles comes; the first of them is the default."""

WANTED = {COPY, UNLOAD, KEPT, LINKED}
POLL = 60


class SyncRolesChild(Rival):
    """The child execution of sync-roles.

    Attributes:
        waited: What its last wait loop saw, as `steward.domain.messages.WaitInfo`.
    """

    waited: dict[str, int]

    def build(self) -> None:
        client: Any = self.redshift
        self.waited = {"polls": 0, "overshoot_seconds": 0}
        clock: Any = self.simulation.clock
        self._tools = Tools(
            **self.common,
            clusters=Clusters(client),
            cluster_roles=ClusterRoles(client),
            policy=POLICY,
            clock=clock,
        )

    def begin(self, simulation: Simulation) -> None:
        """Converge, then come back when its answer says so."""
        event = self.step_event(simulation) | {"wait": self.waited}
        answer = self.invoke(converge, event, self._tools, self.begin)
        if answer is None:
            return
        self.since, self.attempt = answer["since"], self.attempt + 1
        self.waited = {"polls": 0, "overshoot_seconds": 0}
        if answer["next"] == "again":
            self.later(self.begin, answer["wait_seconds"])
        elif answer["next"] == "settling":
            self.later(self.look, POLL)

    def look(self, simulation: Simulation) -> None:
        """Wait until no role is on its way in or out."""
        cluster = simulation.backend.clusters_by_id.get("sales")
        self.waited = {"polls": self.waited["polls"] + 1, "overshoot_seconds": POLL}
        unsettled = cluster is not None and set(cluster.roles.statuses.values()) - {IN_SYNC}
        self.later(self.look if unsettled else self.begin, POLL)


def prepare_roles(cluster: Cluster) -> None:
    """Its roles are other than wanted, as they were all the time."""
    if not cluster.roles.statuses:
        cluster.knobs = replace(cluster.knobs, role_check="none")
        cluster.roles.associate(FOUND, IN_SYNC)
        cluster.roles.default = OLD


def sync_roles_comes_by(simulation: Simulation, cluster: Cluster, number: int) -> SyncRolesChild:
    """A run that has planned this cluster."""
    prepare_roles(cluster)
    ledger = Ledger(simulation.ledger.faults, locks=simulation.ledger.locks, taken=simulation.ledger.taken)
    run = run_named(SYNC_ROLES.name, number, simulation)
    item = item_of(cluster) | {"look_from": "", "changed": {}}
    child = SyncRolesChild(simulation, item, run, ledger)
    child.later(child.begin, 1)
    return child
