"""Answers in the shapes of the API: a cluster, a snapshot, a page of records."""

from collections.abc import Callable, Iterable
from typing import Any

from local.redshift.api.paging import page
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.snapshots import Snapshot


def cluster_result(backend: RedshiftBackend, cluster: Cluster, **overrides: Any) -> dict[str, Any]:
    """The cluster once everything due has happened; ``overrides`` are members of the Cluster shape."""
    return {"Cluster": cluster.view(backend.now()) | overrides}


def snapshot_result(backend: RedshiftBackend, snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as it is once everything due has happened."""
    return {"Snapshot": snapshot.view(backend.now())}


def page_result(
    parameters: dict[str, Any], member: str, records: Iterable[dict[str, Any]], key: Callable[[Any], str]
) -> dict[str, Any]:
    """One page of records, ordered as `page` says, as the answer's ``member``, and the next page's Marker."""
    shown, marker = page(parameters, records, key)
    return {member: shown, "Marker": marker}
