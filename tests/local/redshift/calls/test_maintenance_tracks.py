"""Tracks and versions are listed."""

from tests.local.redshift.conftest import RedshiftEnv


def test_tracks_are_listed(env: RedshiftEnv) -> None:
    tracks = env.redshift.describe_cluster_tracks()["MaintenanceTracks"]

    assert [each["MaintenanceTrackName"] for each in tracks] == ["current", "trailing"]
    (track,) = env.redshift.describe_cluster_tracks(MaintenanceTrackName="trailing")["MaintenanceTracks"]
    assert track["MaintenanceTrackName"] == "trailing"
    assert env.error("describe_cluster_tracks", MaintenanceTrackName="none")[0] == "InvalidClusterTrack"


def test_the_one_version_is_listed(env: RedshiftEnv) -> None:
    (version,) = env.redshift.describe_cluster_versions()["ClusterVersions"]

    assert (version["ClusterVersion"], version["ClusterParameterGroupFamily"]) == ("1.0", "redshift-1.0")
    assert env.redshift.describe_cluster_versions(ClusterVersion="2.0")["ClusterVersions"] == []
