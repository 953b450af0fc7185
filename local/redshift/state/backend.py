"""One account and Region's Redshift: its clusters, snapshots, events, and what is due next.

Subclasses moto's backend, so that the calls which are not ours (parameter groups, subnet groups, logging…)
keep moto's behavior and find our clusters.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn, cast

from moto.redshift.models import RedshiftBackend as MotoRedshiftBackend
from moto.redshift.urls import url_bases

from local.redshift.behavior.faults import FaultRegistry
from local.redshift.behavior.knobs import Knobs
from local.redshift.behavior.timeline import Timeline
from local.redshift.errors import RedshiftError, cluster_not_found_error, snapshot_not_found_error
from local.redshift.state.default_network import DEFAULT, DEFAULT_VPC
from local.redshift.state.events import EventLog
from local.redshift.state.inventory import Inventory
from local.redshift.state.kms import Keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moto.redshift.models import SubnetGroup

    from local.context import Context
    from local.redshift.state.cluster import Cluster
    from local.redshift.state.event_subscriptions import EventSubscription
    from local.redshift.state.parameters import ParameterValues
    from local.redshift.state.snapshot_schedules import SnapshotSchedule
    from local.redshift.state.snapshots import Snapshot
    from local.redshift.state.tags import TaggableResource

    Dispatch = Callable[..., Any]
    """What answers a request, as moto's url_paths want it."""

SNAPSHOT_QUOTA = 20
"""Manual snapshots per account and Region; adjustable (Redshift Management Guide, quotas and limits)."""


class RedshiftBackend(MotoRedshiftBackend):
    """The state behind the API.

    Attributes:
        clusters_by_id: Clusters by identifier.
        snapshots_by_id: Snapshots by identifier in lower case: their names are not case-sensitive.
        lock: Held while a call is answered, so that calls happen one after the other.
        knobs_of_new: How clusters behave that are created or restored by an API call.
        snapshot_quota: How many manual snapshots may exist.
        deleted_cluster_snapshots: What DescribeClusterSnapshots by the identifier of a deleted cluster does:
            ``ClusterNotFound`` (documented error) or ``list`` (documented too).
    """

    def __init__(
        self, region_name: str, account_id: str, context: Context, dispatch: Dispatch | None = None
    ) -> None:
        super().__init__(region_name, account_id)
        self.context = context
        self._dispatch = dispatch
        self.lock = threading.RLock()
        self.timeline = Timeline()
        self.events = EventLog()
        self.faults = FaultRegistry(context.seed)
        self.inventory = Inventory()
        self.keys = Keys(account_id, region_name)
        self.knobs_of_new = Knobs()
        self.snapshot_quota = SNAPSHOT_QUOTA
        self.deleted_cluster_snapshots = "ClusterNotFound"
        self.clusters_by_id: dict[str, Cluster] = {}
        self.snapshots_by_id: dict[str, Snapshot] = {}
        self.subscriptions: dict[str, EventSubscription] = {}
        self.resource_policies: dict[str, str] = {}
        self.action_plans: dict[str, object] = {}
        self.parameter_values: dict[str, ParameterValues] = {}
        self.snapshot_schedules: dict[str, SnapshotSchedule] = {}
        self._show_moto_ours()

    def _show_moto_ours(self) -> None:
        """Make moto's own methods work on our clusters and snapshots."""
        self.clusters = cast("Any", self.clusters_by_id)
        self.snapshots = cast("Any", self.snapshots_by_id)
        self.RESOURCE_TYPE_MAP["cluster"] = cast("Any", self.clusters_by_id)
        self.RESOURCE_TYPE_MAP["snapshot"] = cast("Any", self.snapshots_by_id)
        self.RESOURCE_TYPE_MAP["eventsubscription"] = cast("Any", self.subscriptions)
        self.RESOURCE_TYPE_MAP["snapshotschedule"] = cast("Any", self.snapshot_schedules)

    def reset(self) -> None:
        """Drop all state (moto's reset API)."""
        arguments = (self.region_name, self.account_id, self.context, self._dispatch)
        self.__dict__ = {}
        self.__init__(*arguments)  # type: ignore[misc] # as moto's own backends reset themselves

    @property
    def _url_module(self) -> Any:
        """Where moto looks for the paths that this backend answers and for who answers them."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": self._dispatch})

    def create_cluster(self, **_moto_arguments: Any) -> NoReturn:
        """Refuse what moto's CloudFormation would do: a cluster of moto's own among ours.

        Raises:
            RedshiftError: ``UnsupportedOperation``.
        """
        sentence = (
            "Local AWS makes no clusters from CloudFormation templates: declare them in the fleet file."
        )
        raise RedshiftError("UnsupportedOperation", sentence)

    def describe_cluster_subnet_groups(self, subnet_identifier: str | None = None) -> list[SubnetGroup]:
        """The subnet groups, the default one among them, which EC2's default subnets make.

        Raises:
            ServiceException: ``ClusterSubnetGroupNotFoundFault``.
        """
        if subnet_identifier in (None, DEFAULT) and DEFAULT not in self.subnet_groups:
            subnets = self.ec2_backend.describe_subnets(filters={"vpc-id": [DEFAULT_VPC]})
            names = [subnet.id for subnet in subnets]
            self.create_cluster_subnet_group(DEFAULT, DEFAULT, names, self.region_name)
        return super().describe_cluster_subnet_groups(subnet_identifier)

    def availability_zones(self) -> list[str]:
        """The names of the Region's zones, as EC2 has them."""
        return [zone.name for zone in self.ec2_backend.describe_availability_zones()]

    def now(self) -> datetime:
        """The virtual moment, after everything due by then has happened."""
        moment = self.context.clock.now()
        self.timeline.settle(moment)
        return moment

    def cluster(self, identifier: str) -> Cluster:
        """A cluster by name.

        Raises:
            RedshiftError: ``ClusterNotFound``.
        """
        try:
            return self.clusters_by_id[identifier]
        except KeyError:
            raise cluster_not_found_error(identifier) from None

    def snapshot(self, identifier: str) -> Snapshot:
        """A snapshot by name, whatever its case.

        Raises:
            RedshiftError: ``ClusterSnapshotNotFound``.
        """
        try:
            return self.snapshots_by_id[identifier.lower()]
        except KeyError:
            raise snapshot_not_found_error(identifier) from None

    def snapshot_schedule(self, identifier: str) -> SnapshotSchedule:
        """A snapshot schedule by name.

        Raises:
            RedshiftError: ``SnapshotScheduleNotFound``.
        """
        try:
            return self.snapshot_schedules[identifier]
        except KeyError:
            sentence = f"Snapshot schedule {identifier} not found."
            raise RedshiftError("SnapshotScheduleNotFound", sentence) from None

    def taggable_resource(self, arn: str) -> TaggableResource:
        """A taggable resource by its ARN.

        Raises:
            RedshiftError: ``ResourceNotFoundFault``.
        """
        for resource in self.taggable():
            if resource.arn == arn:
                return resource
        raise RedshiftError("ResourceNotFoundFault", _not_taggable(arn))

    def taggable(self, resource_type: str | None = None) -> list[TaggableResource]:
        """Every resource that can carry tags, or those of one type (moto's name of it)."""
        by_type = self.RESOURCE_TYPE_MAP.items()
        return [
            cast("TaggableResource", resource)
            for name, resources in by_type
            if resource_type in (None, name)
            for resource in resources.values()
        ]


def _not_taggable(arn: str) -> str:
    """As AWS says it (observed by moto's authors: ``cluster (dwh) not found.``)."""
    parts = arn.split(":", 6)
    if len(parts) < 7:  # noqa: PLR2004 - arn:aws:redshift:REGION:ACCOUNT:TYPE:NAME
        return f"Tagging is not supported for this type of resource: '{arn}'"
    return f"{parts[5]} ({parts[6].rpartition('/')[2]}) not found."
