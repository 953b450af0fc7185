"""What the deletions of all kinds of groups check."""

from typing import Any

from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend


def refuse_deletion(name: str, default: str, code: str, *, used: bool) -> None:
    """Refuse to delete a group that every account has, or that a cluster has.

    Raises:
        RedshiftError: With ``code``.
    """
    if name == default:
        raise RedshiftError(code, f"The group {name} is the default one and can't be deleted.")
    if used:
        raise RedshiftError(code, f"The group {name} is in use by a cluster and can't be deleted.")


def is_used(backend: RedshiftBackend, member: str, key: str, name: str) -> bool:
    """Whether a cluster lists the group under ``member``, by its ``key``."""
    clusters = backend.clusters_by_id.values()
    groups: list[dict[str, Any]] = [group for each in clusters for group in each.facts.get(member, [])]
    return any(group[key] == name for group in groups)
