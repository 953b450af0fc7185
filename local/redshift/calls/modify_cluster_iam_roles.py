"""ModifyClusterIamRoles: associate, disassociate, and choose the default role."""

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from local.iam.service_roles import REDSHIFT, may_assume
from local.redshift import errors
from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.errors import invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import CHANGE_ROLES
from local.redshift.state.roles import ADDING, IN_SYNC, QUOTA, REMOVING
from local.redshift.validation import check_role_arn


@call("ModifyClusterIamRoles", resource=resources.cluster)
def modify_cluster_iam_roles(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change the roles of a cluster; the new ones are `adding` and the old ones `removing` for a while.

    Raises:
        RedshiftError: Not now, not these roles, or too many of them.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    cluster.require_ready(now)
    add, remove = parameters.get("AddIamRoles", []), parameters.get("RemoveIamRoles", [])
    add, remove = _effective(cluster, add, remove)
    check_new_roles(backend, cluster, add, now)
    default = _default_after(cluster, parameters.get("DefaultIamRoleArn"), add, remove)
    _check_quota(cluster, add, remove)
    _apply(cluster, add, remove, default, now)
    return cluster_result(backend, cluster, ClusterAvailabilityStatus="Available")  # as in AWS's samples


def check_new_roles(backend: RedshiftBackend, cluster: Cluster, arns: Iterable[str], now: datetime) -> None:
    """Refuse roles that are no roles, or that do not (yet) let Redshift assume them.

    Raises:
        RedshiftError: ``InvalidParameterValue``.
    """
    for arn in arns:
        check_role_arn(arn)
        known_from = now + cluster.draw(cluster.knobs.role_propagation_delay)
        known_from = cluster.roles.known_from.setdefault(arn, known_from)
        if now < known_from or (
            cluster.knobs.role_check == "iam" and not may_assume(REDSHIFT, arn, backend.account_id)
        ):
            raise invalid_value(errors.ROLE_NOT_TRUSTING.format(role=arn))


def _effective(cluster: Cluster, add: list[str], remove: list[str]) -> tuple[list[str], list[str]]:
    """What really changes, after the knobs for adding what is there and removing what is not."""
    both = sorted(set(add) & set(remove))
    if both:
        raise invalid_value(f"The IAM role {both[0]} can't be both added and removed.")
    present = cluster.roles.statuses
    existing = [arn for arn in add if arn in present]
    absent = [arn for arn in remove if arn not in present]
    if existing and cluster.knobs.add_existing_role != "ignore":
        raise invalid_value(f"The IAM role {existing[0]} is already associated with the cluster.")
    if absent and cluster.knobs.remove_absent_role != "ignore":
        raise invalid_value(f"The IAM role {absent[0]} is not associated with the cluster.")
    return [arn for arn in add if arn not in present], [arn for arn in remove if arn in present]


def _default_after(cluster: Cluster, asked: str | None, add: list[str], remove: list[str]) -> str | None:
    """The default role after the change: unchanged if not mentioned, none for the empty string."""
    default = cluster.roles.default if asked is None else asked or None
    left = (set(cluster.roles.staying()) | set(add)) - set(remove)
    if default is None or default in left:
        return default
    if asked is None and cluster.knobs.remove_default_role == "clear":
        return None
    raise invalid_value(errors.DEFAULT_ROLE_NOT_LISTED)


def _check_quota(cluster: Cluster, add: list[str], remove: list[str]) -> None:
    counted = cluster.roles.statuses if cluster.knobs.removing_roles_count else cluster.roles.staying()
    total = len(counted) + len(add)
    if not cluster.knobs.removing_roles_count:
        total -= len(set(remove) & set(counted))
    if add and total > QUOTA:
        raise invalid_value(f"A cluster can have up to {QUOTA} IAM roles; this change would make it {total}.")


def _apply(cluster: Cluster, add: list[str], remove: list[str], default: str | None, now: datetime) -> None:
    if not add and not remove:
        cluster.roles.default = default
        return
    stuck = [arn for arn in add if _is_stuck(cluster, arn)]
    settling = [arn for arn in add if arn not in stuck]

    def finish(_moment: datetime) -> None:
        cluster.roles.associate(settling, IN_SYNC)
        cluster.roles.forget(remove)
        _add_roles_of_another_owner(cluster)

    cluster.begin(now, CHANGE_ROLES, finish, availability=cluster.knobs.role_change_availability)
    cluster.roles.default = default
    cluster.roles.associate(add, ADDING)
    if cluster.knobs.removed_role_visibility == "gone":
        cluster.roles.forget(remove)
    else:
        cluster.roles.associate(remove, REMOVING)


def _add_roles_of_another_owner(cluster: Cluster) -> None:
    """Add the roles of the knob, once."""
    theirs = [
        f"arn:aws:iam::{cluster.account_id}:role/{name}" for name in cluster.knobs.roles_of_another_owner
    ]
    new = [arn for arn in theirs if arn not in cluster.roles.known_from]
    cluster.roles.associate(new, IN_SYNC)
    cluster.roles.known_from.update(dict.fromkeys(new, cluster.created))


def _is_stuck(cluster: Cluster, arn: str) -> bool:
    name = arn.rsplit("/", 1)[-1]
    return any(fnmatchcase(name, pattern) for pattern in cluster.knobs.stuck_roles)
