"""The calls about clusters, their tags and their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.redshift.api.paging import page
from local.redshift.api.results import Answer, Answers
from local.redshift.calls.create_cluster import create_cluster
from local.redshift.calls.delete_cluster import delete_cluster
from local.redshift.calls.lakehouse import modify_lakehouse_configuration
from local.redshift.calls.modify_cluster import modify_cluster
from local.redshift.calls.modify_cluster_iam_roles import modify_cluster_iam_roles
from local.redshift.calls.pause_resume_reboot import pause_cluster, reboot_cluster, resume_cluster
from local.redshift.calls.resize_cluster import cancel_resize, describe_resize, resize_cluster
from local.redshift.calls.restore_from_snapshot import restore_from_cluster_snapshot
from local.redshift.calls.rotate_encryption_key import rotate_encryption_key
from local.redshift.calls.tags import create_tags, delete_tags, describe_tags
from local.redshift.errors import invalid_combination
from local.redshift.state.events import categories
from local.redshift.state.operations import FINAL_SNAPSHOT
from local.redshift.state.tags import selects
from local.redshift.views import cluster_view

if TYPE_CHECKING:
    from local.redshift.state.cluster import Cluster


class ClusterResponses(Answers):
    """Parameters → backend → answer; the rules are in the modules of the calls."""

    def _cluster(self, cluster: Cluster, **overridden: Any) -> Answer:
        return Answer({"Cluster": cluster_view(cluster, self.backend.now()) | overridden})

    def create_cluster(self) -> Answer:
        """CreateCluster."""
        return self._cluster(create_cluster(self.backend, self.params))

    def describe_clusters(self) -> Answer:
        """DescribeClusters: one by name, or a page of those that the tags select."""
        now, identifier = self.backend.now(), self.params.get("ClusterIdentifier")
        if identifier is not None:
            if "Marker" in self.params:
                raise invalid_combination("ClusterIdentifier and Marker can't be used together.")
            return Answer({"Clusters": [self.backend.cluster(identifier).describe(now)]})
        selected = (
            cluster for cluster in self.backend.clusters_by_id.values() if selects(self.params, cluster.tags)
        )
        shown, marker = page(self.params, selected, lambda cluster: cluster.identifier)
        views = [cluster.describe(now) for cluster in shown]
        return Answer({"Clusters": views, "Marker": marker})

    def rotate_encryption_key(self) -> Answer:
        """RotateEncryptionKey."""
        return self._cluster(rotate_encryption_key(self.backend, self.params))

    def modify_cluster(self) -> Answer:
        """ModifyCluster."""
        return self._cluster(modify_cluster(self.backend, self.params))

    def resize_cluster(self) -> Answer:
        """ResizeCluster."""
        return self._cluster(resize_cluster(self.backend, self.params))

    def cancel_resize(self) -> Answer:
        """CancelResize."""
        return Answer(cancel_resize(self.backend, self.params))

    def describe_resize(self) -> Answer:
        """DescribeResize."""
        return Answer(describe_resize(self.backend, self.params))

    def modify_cluster_iam_roles(self) -> Answer:
        """ModifyClusterIamRoles; AWS's samples show the cluster `Available` in the answer."""
        cluster = modify_cluster_iam_roles(self.backend, self.params)
        return self._cluster(cluster, ClusterAvailabilityStatus="Available")

    def modify_lakehouse_configuration(self) -> Answer:
        """ModifyLakehouseConfiguration."""
        return Answer(modify_lakehouse_configuration(self.backend, self.params))

    def pause_cluster(self) -> Answer:
        """PauseCluster."""
        return self._cluster(pause_cluster(self.backend, self.params))

    def resume_cluster(self) -> Answer:
        """ResumeCluster."""
        return self._cluster(resume_cluster(self.backend, self.params))

    def reboot_cluster(self) -> Answer:
        """RebootCluster."""
        return self._cluster(reboot_cluster(self.backend, self.params))

    def restore_from_cluster_snapshot(self) -> Answer:
        """RestoreFromClusterSnapshot."""
        return self._cluster(restore_from_cluster_snapshot(self.backend, self.params))

    def delete_cluster(self) -> Answer:
        """DeleteCluster; its answer still names the whole endpoint (AWS's sample)."""
        endpoint = self._endpoint_before()
        cluster = delete_cluster(self.backend, self.params)
        if cluster.current_status() == FINAL_SNAPSHOT:
            return self._cluster(cluster, ClusterStatus=cluster.knobs.delete_response_status)
        return self._cluster(cluster, Endpoint=endpoint)

    def _endpoint_before(self) -> dict[str, Any] | None:
        cluster = self.backend.clusters_by_id.get(self.params["ClusterIdentifier"])
        return cluster_view(cluster, self.backend.now())["Endpoint"] if cluster is not None else None

    def create_tags(self) -> Answer:
        """CreateTags."""
        create_tags(self.backend, self.params)
        return Answer({})

    def delete_tags(self) -> Answer:
        """DeleteTags."""
        delete_tags(self.backend, self.params)
        return Answer({})

    def describe_tags(self) -> Answer:
        """DescribeTags."""
        records = describe_tags(self.backend, self.params)
        return self.paged(
            "TaggedResources", records, lambda record: f"{record['ResourceName']} {record['Tag']['Key']}"
        )

    def describe_event_categories(self) -> Answer:
        """DescribeEventCategories."""
        return Answer({"EventCategoriesMapList": categories(self.params.get("SourceType"))})

    def describe_events(self) -> Answer:
        """DescribeEvents, oldest first."""
        events = self.backend.events.select(self.params, self.backend.now())
        numbered = [(f"{index:09d}", event) for index, event in enumerate(events)]
        shown, marker = page(self.params, numbered, lambda pair: pair[0])
        return Answer({"Events": [event for _, event in shown], "Marker": marker})
