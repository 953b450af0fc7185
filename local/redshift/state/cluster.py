"""One provisioned cluster: what it is, what is under way on it, and whether it accepts a change now."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.redshift import errors
from local.redshift.behavior.connections import Use
from local.redshift.behavior.durations import Duration
from local.redshift.behavior.knobs import Knobs
from local.redshift.behavior.maintenance import MaintenanceWindow
from local.redshift.behavior.timeline import Timeline
from local.redshift.state.default_network import DEFAULT_PARAMETER_GROUP, DEFAULT_VPC
from local.redshift.state.operations import AVAILABILITY_OF_STATUS, AVAILABLE, Operation, Work
from local.redshift.state.roles import Roles

LONG_AGO = datetime.min.replace(tzinfo=UTC)
MEGABYTES_PER_NODE = 400_000
RESIZING = frozenset({"resize", "prepare-resize", "cancel-resize"})
CANCELLABLE = frozenset({"resize", "prepare-resize"})
CLASSIC, ELASTIC = "ClassicResize", "ElasticResize"
IN_PROGRESS, CANCELLING, SUCCEEDED = "IN_PROGRESS", "CANCELLING", "SUCCEEDED"


@dataclass(frozen=True, slots=True)
class Lag:
    """A stale view of a cluster, which describes show until a moment."""

    until: datetime
    view: dict[str, Any]


@dataclass(slots=True)
class KeyGenerations:
    """How often the keys of a cluster or snapshot were rotated, counted from 1; no API shows it.

    The cluster encryption key (CEK) is rotated for a cluster and all its snapshots, the database encryption
    key (DEK) for the cluster only (Amazon Redshift Management Guide, database encryption).
    """

    cek: int = 1
    dek: int = 1


@dataclass
class Resize:
    """The last resize of a cluster: what it is to become, since when, and how far it is.

    Attributes:
        kind: ``ClassicResize`` or ``ElasticResize``.
        status: ``IN_PROGRESS``, ``CANCELLING`` or ``SUCCEEDED``.
        ends: When it will have succeeded; None for one that is stuck.
    """

    kind: str
    node_type: str
    nodes: int
    started: datetime
    ends: datetime | None
    status: str = IN_PROGRESS


@dataclass(eq=False)
class Cluster:
    """A cluster.

    Attributes:
        status: ClusterStatus while no operation is under way.
        busy_until: Until then an `available` cluster refuses changes, and no API shows why.
        tags: ``[{"Key": …, "Value": …}]``, as moto's own tagged resources keep them.
        names_no_key: Whether AWS's own key encrypts it, as nobody named one.
        originally_created: When the cluster was created whose data it was restored with; None if it was not.
        use: When it was used and paused; all the time and never, unless something says otherwise.
        facts: Members of the API's Cluster shape that are only ever what was declared (HsmStatus, MultiAZ…).
    """

    identifier: str
    account_id: str
    region: str
    created: datetime
    knobs: Knobs
    timeline: Timeline
    seed: int = 0
    node_type: str = "ra3.xlplus"
    nodes: int = 2
    master_username: str = "admin"
    db_name: str = "dev"
    port: int = 5439
    encrypted: bool = True
    kms_key_id: str | None = None
    names_no_key: bool = False
    status: str = AVAILABLE
    maintenance_window: str = "mon:03:00-mon:03:30"
    tags: list[dict[str, str]] = field(default_factory=list)
    automated_retention: int = 1
    manual_retention: int = -1
    facts: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    lakehouse: str | None = None
    use: Use = field(default_factory=Use.always)
    cluster_snapshot_copy_status: dict[str, Any] | None = None
    generations: KeyGenerations = field(default_factory=KeyGenerations)
    restored_at: datetime | None = None
    originally_created: datetime | None = None
    streaming_until: datetime = LONG_AGO

    resource_type = "cluster"

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.seed}/{self.identifier}/{self.created}")  # noqa: S311 repeatable, no secret
        self.namespace_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        self.address_part = f"{self.rng.getrandbits(48):012x}"
        self.roles = Roles()
        self.operation: Operation | None = None
        self.busy_until = LONG_AGO
        self.lag: Lag | None = None
        self.called = False
        self.resize: Resize | None = None
        self.was_resizing = False
        self.throttled_rotations = 0
        self.logging_details: dict[str, Any] = {"LoggingEnabled": "false"}

    @property
    def arn(self) -> str:
        """The ARN that tags and IAM policies name."""
        return f"arn:aws:redshift:{self.region}:{self.account_id}:cluster:{self.identifier}"

    @property
    def namespace_arn(self) -> str:
        """ClusterNamespaceArn: unique, also for two clusters that had one name."""
        return f"arn:aws:redshift:{self.region}:{self.account_id}:namespace:{self.namespace_id}"

    @property
    def created_in_snapshots(self) -> datetime:
        """ClusterCreateTime, as its snapshots show it."""
        if self.knobs.snapshot_cluster_create_time == "original":
            return self.originally_created or self.created
        return self.created

    @property
    def shown_key(self) -> str | None:
        """KmsKeyId, as the API shows it; None where the member is missing."""
        if not self.encrypted:
            return None
        shown_as = self.knobs.aws_owned_key_shown_as
        if not self.names_no_key or shown_as == "arn":
            return self.kms_key_id
        return {"absent": None, "empty": ""}.get(shown_as, shown_as)

    @property
    def window(self) -> MaintenanceWindow:
        """When AWS may work on it."""
        return MaintenanceWindow.parse(self.maintenance_window)

    def draw(self, length: Duration) -> timedelta:
        """One length out of the range, from this cluster's own random numbers."""
        return length.draw(self.rng)

    def current_status(self) -> str:
        if self.operation is not None and self.operation.status is not None:
            return self.operation.status
        return self.status

    def current_availability(self, now: datetime) -> str:
        """ClusterAvailabilityStatus."""
        if self.operation is not None and self.operation.availability is not None:
            return self.operation.availability
        if self.in_maintenance(now):
            return "Maintenance"
        return AVAILABILITY_OF_STATUS.get(self.current_status(), "Modifying")

    def in_maintenance(self, now: datetime) -> bool:
        """Whether AWS works on it: inside its window, unless deferred, kept quiet or paused."""
        active = self.knobs.maintenance == "active" and self.status == AVAILABLE
        return active and self.window.contains(now) and not self._deferred(now)

    def _deferred(self, moment: datetime) -> bool:
        windows: list[dict[str, datetime]] = self.facts.get("DeferredMaintenanceWindows", [])
        return any(
            each["DeferMaintenanceStartTime"] <= moment < each["DeferMaintenanceEndTime"] for each in windows
        )

    def next_maintenance(self, now: datetime) -> datetime:
        """The first opening of the window after a moment that is not deferred."""
        opening = self.window.next_opening(now)
        while self._deferred(opening):
            opening = self.window.next_opening(opening)
        return opening

    def refusal_reason(self, now: datetime) -> str | None:
        """Why a change is refused now, as the sentence of InvalidClusterState; None if it is not."""
        self._count_first_call(now)
        if self.operation is not None:
            return errors.CONCURRENT_OPERATION
        if self.status != AVAILABLE:
            return errors.NOT_AVAILABLE
        if now < self.busy_until or self.in_maintenance(now):
            return errors.CONCURRENT_OPERATION
        return None

    def require_ready(self, now: datetime) -> None:
        """Refuse a change that cannot be made now.

        Raises:
            RedshiftError: ``InvalidClusterState``.
        """
        sentence = self.refusal_reason(now)
        if sentence is not None:
            raise errors.invalid_state(sentence)

    def begin(
        self,
        now: datetime,
        work: Work,
        finish: Callable[[datetime], None],
        *,
        status: str | None = None,
        availability: str | None = None,
        length: Duration | None = None,
    ) -> Operation:
        """Start an operation; ``finish`` is called with its last moment, unless it never ends.

        ``status``, ``availability`` and ``length`` are taken instead of the work's and its knob's own.
        """
        self._start_lagging(now)
        self.was_resizing |= work.name in RESIZING
        how_long = getattr(self.knobs, work.duration) if length is None else length
        ends = None if how_long.endless else self._extend_over_maintenance(now, now + self.draw(how_long))
        operation = Operation(work, status or work.status, availability or work.availability, now, ends)
        self.operation = operation
        if ends is not None:
            self.timeline.add(ends, lambda moment: self._end(operation, finish, moment))
        return operation

    def _end(self, operation: Operation, finish: Callable[[datetime], None], moment: datetime) -> None:
        if self.operation is not operation:
            return
        self.operation = None
        self.busy_until = moment + self.draw(self.knobs.post_op_busy_tail)
        finish(moment)

    def _extend_over_maintenance(self, now: datetime, ends: datetime) -> datetime:
        """The end, later by each maintenance window that opens before it, if maintenance stops work."""
        if not self.knobs.maintenance_extends_operations:
            return ends
        opening = self.window.next_opening(now)
        while opening < ends:
            ends += self.window.length
            opening = self.window.next_opening(opening)
        return ends

    def _start_lagging(self, now: datetime) -> None:
        self.lag = Lag(now + self.draw(self.knobs.describe_lag), self.view(now))

    def _count_first_call(self, now: datetime) -> None:
        if not self.called:
            self.called = True
            self.busy_until = max(self.busy_until, now + self.draw(self.knobs.busy_after_first_call))

    def describe(self, now: datetime) -> dict[str, Any]:
        """What DescribeClusters shows, which may lag behind."""
        if self.lag is not None and now < self.lag.until:
            return self.lag.view
        self.lag = None
        return self.view(now)

    def view(self, now: datetime) -> dict[str, Any]:
        """The cluster in the API's Cluster shape, as it really is; members without a value are left out."""
        status = self.current_status()
        view = {
            "ClusterIdentifier": self.identifier,
            "NodeType": self.node_type,
            "ClusterStatus": status,
            "ClusterAvailabilityStatus": self.current_availability(now),
            "MasterUsername": self.master_username,
            "DBName": self.db_name,
            "Endpoint": _endpoint(self, status),
            "ClusterCreateTime": self.created,
            "AutomatedSnapshotRetentionPeriod": self.automated_retention,
            "ManualSnapshotRetentionPeriod": self.manual_retention,
            "ClusterSecurityGroups": [],
            "VpcSecurityGroups": [],
            "ClusterParameterGroups": [
                {"ParameterGroupName": DEFAULT_PARAMETER_GROUP, "ParameterApplyStatus": "in-sync"}
            ],
            "ClusterSubnetGroupName": "default",
            "VpcId": DEFAULT_VPC,
            "AvailabilityZone": f"{self.region}a",
            "PreferredMaintenanceWindow": self.maintenance_window,
            "PendingModifiedValues": self.pending,
            "ClusterVersion": "1.0",
            "AllowVersionUpgrade": True,
            "NumberOfNodes": self.nodes,
            "PubliclyAccessible": False,
            "Encrypted": self.encrypted,
            "ClusterNodes": _nodes(self),
            "ClusterRevisionNumber": "79003",
            "Tags": self.tags,
            "EnhancedVpcRouting": False,
            "IamRoles": self.roles.view(),
            "MaintenanceTrackName": "current",
            "ElasticResizeNumberOfNodeOptions": f"[{self.nodes * 2}]",
            "DeferredMaintenanceWindows": [],
            "NextMaintenanceWindowStartTime": self.next_maintenance(now),
            "AvailabilityZoneRelocationStatus": "disabled",
            "ClusterNamespaceArn": self.namespace_arn,
            "TotalStorageCapacityInMegaBytes": self.nodes * MEGABYTES_PER_NODE,
            "AquaConfiguration": {"AquaStatus": "disabled", "AquaConfigurationStatus": "auto"},
            "IpAddressType": "ipv4",
            "MultiAZ": "Disabled",
            "PendingActions": [],
        }
        if status in self.knobs.namespace_arn_missing_while:
            del view["ClusterNamespaceArn"]
        return view | _occasional(self, now) | self.facts


def _occasional(cluster: Cluster, now: datetime) -> dict[str, Any]:
    """The members that only some clusters have."""
    members = {
        "KmsKeyId": cluster.shown_key,
        "DefaultIamRoleArn": cluster.roles.default,
        "LakehouseRegistrationStatus": cluster.lakehouse,
        "ClusterSnapshotCopyStatus": cluster.cluster_snapshot_copy_status,
        "RestoreStatus": _restore_status(cluster, now),
        "ResizeInfo": _resize_info(cluster),
    }
    return {name: value for name, value in members.items() if value is not None}


def _endpoint(cluster: Cluster, status: str) -> dict[str, Any]:
    """Where to connect; a cluster being created or deleted has no address (observed)."""
    if status in {"creating", "deleting"}:
        return {"Port": cluster.port}
    host = f"{cluster.identifier}.{cluster.address_part}.{cluster.region}.redshift.amazonaws.com"
    return {"Address": host, "Port": cluster.port}


def _nodes(cluster: Cluster) -> list[dict[str, str]]:
    if cluster.nodes == 1:
        return [{"NodeRole": "SHARED", "PrivateIPAddress": "10.0.0.10"}]
    compute = [
        {"NodeRole": f"COMPUTE-{index}", "PrivateIPAddress": f"10.0.0.{11 + index}"}
        for index in range(cluster.nodes)
    ]
    return [{"NodeRole": "LEADER", "PrivateIPAddress": "10.0.0.10"}, *compute]


def _resize_info(cluster: Cluster) -> dict[str, Any] | None:
    operation = cluster.operation
    kind = "ClassicResize" if cluster.resize is None else cluster.resize.kind
    if operation is None or operation.work.name not in RESIZING:
        if not cluster.was_resizing or not cluster.knobs.resize_info_lingers:
            return None
        return {"ResizeType": kind, "AllowCancelResize": False}
    cancellable = kind == "ClassicResize" and operation.work.name in CANCELLABLE
    return {"ResizeType": kind, "AllowCancelResize": cancellable}


def _restore_status(cluster: Cluster, now: datetime) -> dict[str, Any] | None:
    """Started, restoring, completed (AWS Redshift API reference, RestoreStatus)."""
    if cluster.restored_at is None:
        return None
    if cluster.operation is not None and cluster.operation.work.name == "restore":
        status = "starting" if now == cluster.restored_at else "restoring"
    else:
        status = "restoring" if now < cluster.streaming_until else "completed"
    elapsed = int((now - cluster.restored_at).total_seconds())
    return {"Status": status, "ElapsedTimeInSeconds": elapsed}
