"""How groups of every kind are deleted: not the default one, and none that a cluster has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster


@dataclass(frozen=True)
class GroupKind:
    """One kind of group.

    Attributes:
        default: Name of the group that every account has.
        state_code: Wire code for a group that can't be deleted.
        of_cluster: The names of a cluster's groups.
        find: Raises when there is no group of the name.
        delete: Deletes it without a check.
    """

    default: str
    state_code: str
    of_cluster: Callable[[Cluster], Iterable[str]]
    find: Callable[[RedshiftBackend, str], object]
    delete: Callable[[RedshiftBackend, str], object]


def names_under(member: str, key: str) -> Callable[[Cluster], Iterable[str]]:
    """The names of the groups that a cluster lists under ``member``, each by its ``key``."""
    return lambda cluster: [group[key] for group in cluster.facts.get(member, [])]


def delete_group(backend: RedshiftBackend, kind: GroupKind, name: str) -> dict[str, Any]:
    """Delete a group that no cluster has.

    Raises:
        RedshiftError: No such group, the default one, or one in use.
    """
    backend.now()
    kind.find(backend, name)
    if name == kind.default:
        raise RedshiftError(kind.state_code, f"The group {name} is the default one and can't be deleted.")
    if any(name in kind.of_cluster(cluster) for cluster in backend.clusters_by_id.values()):
        raise RedshiftError(kind.state_code, f"The group {name} is in use by a cluster and can't be deleted.")
    kind.delete(backend, name)
    return {}
