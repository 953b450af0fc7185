"""ModifyLakehouseConfiguration: register a cluster with, or deregister it from, the Glue data catalog."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.calls.delete_cluster import REGISTERED
from local.redshift.errors import LAKEHOUSE_BUSY, invalid_combination, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import AVAILABLE, CHANGE_LAKEHOUSE

ASKED = {"Register": "REGISTRATION_REQUESTED", "Deregister": "DEREGISTRATION_REQUESTED"}
REACHED = {"Register": REGISTERED, "Deregister": "DEREGISTERED"}
"""LakehouseRegistrationStatus while a change is under way, and after it."""


def _action(parameters: dict[str, Any]) -> str:
    leaves = parameters.get("LakehouseRegistration") == "Deregister"
    return "DeregisterNamespace" if leaves else "RegisterNamespace"


@call("ModifyLakehouseConfiguration", resource=resources.everything, action=_action)
def modify_lakehouse_configuration(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin to register or deregister; the answer is the cluster's lakehouse configuration.

    Raises:
        RedshiftError: The cluster is busy, or nothing was asked for.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    change = parameters.get("LakehouseRegistration")
    if change is None:
        raise invalid_combination("LakehouseRegistration must be given: Register or Deregister.")
    if cluster.refusal_reason(now) is not None:
        raise invalid_state(
            LAKEHOUSE_BUSY if cluster.status == AVAILABLE else "The cluster is not available."
        )
    if not parameters.get("DryRun", False):
        _begin(cluster, change, now)
    return {"ClusterIdentifier": cluster.identifier, "LakehouseRegistrationStatus": cluster.lakehouse}


def _begin(cluster: Cluster, change: str, now: datetime) -> None:
    def finish(_moment: datetime) -> None:
        cluster.lakehouse = REACHED[change]

    cluster.begin(now, CHANGE_LAKEHOUSE, finish)
    cluster.lakehouse = ASKED[change]
