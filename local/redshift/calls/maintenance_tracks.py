"""DescribeClusterTracks and DescribeClusterVersions: which releases a cluster can run."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import matching

VERSIONS = [
    {
        "ClusterVersion": "1.0",
        "ClusterParameterGroupFamily": "redshift-1.0",
        "Description": "Initial release of redshift",
    }
]
"""The one version that Redshift has had (AWS CLI reference, describe-cluster-versions)."""

RELEASE = "1.0.79003"
TRACKS = [
    {
        "MaintenanceTrackName": name,
        "DatabaseVersion": RELEASE,
        "UpdateTargets": [
            {
                "MaintenanceTrackName": name,
                "DatabaseVersion": RELEASE,
                "SupportedOperations": [{"OperationName": "restore-from-cluster-snapshot"}],
            }
        ],
    }
    for name in ("current", "trailing")
]


@call("DescribeClusterTracks", resource=resources.everything)
def describe_cluster_tracks(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All, or the one with a name.

    Raises:
        RedshiftError: ``InvalidClusterTrack``.
    """
    backend.now()
    if "MaintenanceTrackName" in parameters:
        check_track(parameters["MaintenanceTrackName"])
    found = matching(TRACKS, parameters, "MaintenanceTrackName")
    return page_result(parameters, "MaintenanceTracks", found, lambda track: track["MaintenanceTrackName"])


@call("DescribeClusterVersions", resource=resources.everything)
def describe_cluster_versions(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """By version or parameter group family; what does not exist is not listed."""
    backend.now()
    found = matching(VERSIONS, parameters, "ClusterVersion", "ClusterParameterGroupFamily")
    return page_result(parameters, "ClusterVersions", found, lambda version: version["ClusterVersion"])


def check_track(name: str) -> None:
    """Refuse a maintenance track that does not exist.

    Raises:
        RedshiftError: ``InvalidClusterTrack``.
    """
    names = [str(track["MaintenanceTrackName"]) for track in TRACKS]
    if name not in names:
        sentence = f"The maintenance track {name} does not exist. Valid values: {', '.join(names)}."
        raise RedshiftError("InvalidClusterTrack", sentence)
