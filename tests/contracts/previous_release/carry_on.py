"""An operation that another release left under way, played on by today's steps in memory."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from policy import Deprovision
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS
from tests.model.games import Everybody
from tests.model.rotate_keys_rival import RotateKeysChild
from tests.model.sync_roles_rival import SyncRolesChild, prepare_roles
from tests.support.deprovision_env import Time
from tests.support.deprovision_simulation import Simulation
from tests.support.inprocess_redshift import redshift_with
from tests.support.memory_ledger import Ledger
from tests.workflows.deprovision.test_deprovision_model import BASE

if TYPE_CHECKING:
    from tests.model.rivals import Rival
    from tests.support.deprovision_simulation import CaughtError

POLICY = {"approval": {"required": False}, "rotate_first": True, "restore_test": True, "quarantine": "2 days"}
DAYS = 4


class WithErrors(Simulation):
    """Remembers which errors its machine caught."""

    errors: list[str]

    def _survives(self, error: CaughtError) -> bool:
        self.errors.append(str(error))
        return super()._survives(error)


def carry_on(workflow: str, item: dict[str, Any], record: dict[str, Any], at: str) -> tuple[str, list[str]]:
    """The outcome, and the errors on the way; the cluster is another one that takes over the identity."""
    clock = Time(datetime.fromisoformat(at))
    settings = Deprovision.model_validate({**BASE, **POLICY}).settings()
    simulation = WithErrors(redshift_with(clock, {}), clock, settings, others=Everybody())
    simulation.errors = []
    item, record = _renamed([item, record], item, simulation.item)
    run = _run_of(record, workflow)
    if workflow == DEPROVISION.name:
        simulation.item, simulation.about_run = item, run
        simulation.ledger.records["sales"] = record
        simulation.ledger.locks["sales"] = run["arn"]
        simulation.run()
        return str(simulation.ledger.records["sales"].get("outcome", "")), simulation.errors
    return _carry_on_rival(workflow, simulation, item, record, run)


def _carry_on_rival(
    workflow: str, simulation: Simulation, item: dict[str, Any], record: dict[str, Any], run: dict[str, str]
) -> tuple[str, list[str]]:
    ledger = Ledger(simulation.faults, records={"sales": record}, locks={"sales": run["arn"]})
    if workflow == ROTATE_KEYS.name:
        child: Rival = RotateKeysChild(simulation, item, run, ledger)
    else:
        prepare_roles(simulation.backend.clusters_by_id["sales"])
        child = SyncRolesChild(simulation, item, run, ledger)
    child.later(child.begin, 1)
    for _ in range(DAYS * 24):
        simulation._pass(timedelta(hours=1).total_seconds())
    error = child.record.get("error", "")
    return str(child.record.get("outcome", "")), [error] if error else []


def _renamed(documents: list[Any], item: dict[str, Any], like: dict[str, Any]) -> list[Any]:
    """The documents with the identity of another cluster."""
    text = json.dumps(documents)
    for key in ("namespace_arn", "created_at"):
        text = text.replace(item[key], like[key])
    found: list[Any] = json.loads(text.replace(f'"cluster": "{item["cluster"]}"', '"cluster": "sales"'))
    return found


def _run_of(record: dict[str, Any], workflow: str) -> dict[str, str]:
    _, _, started_at, name = record["sk"].split("#", 3)
    return {"arn": record["run"], "name": name, "started_at": started_at, "workflow": workflow}
