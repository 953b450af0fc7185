"""A Redshift in this very process: local AWS's own, without HTTP; every call can go wrong on request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError
from moto.core.utils import get_service_model

from local.context import Context
from local.redshift.behavior.knobs import Knobs
from local.redshift.calls.delete_cluster import delete_cluster
from local.redshift.calls.describe_snapshots import select_snapshots
from local.redshift.calls.modify_cluster_iam_roles import modify_cluster_iam_roles
from local.redshift.calls.pause_resume_reboot import pause_cluster, resume_cluster
from local.redshift.calls.restore_from_snapshot import restore_from_cluster_snapshot
from local.redshift.calls.rotate_encryption_key import rotate_encryption_key
from local.redshift.calls.snapshots import create_cluster_snapshot, take_automated_snapshot
from local.redshift.calls.tags import create_tags, delete_tags
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.default_network import DEFAULT_VPC
from steward.domain.deprovision.copies import COPY_TAG, PREFIX
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.settings import PROTECTED_TAG
from tests.support.fault_plan import AFTER, BEFORE, DROPPED, LOST, THROTTLED, FaultPlan, KilledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.deprovision_env import Time

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:210987654321:key/11111111-2222-3333-4444-555555555555"
"""Of another account, as no KMS is here in which it could be looked up."""

CHANGES: dict[str, Callable[[RedshiftBackend, dict[str, Any]], object]] = {
    "create_cluster_snapshot": create_cluster_snapshot,
    "delete_cluster": delete_cluster,
    "restore_from_cluster_snapshot": restore_from_cluster_snapshot,
    "rotate_encryption_key": rotate_encryption_key,
    "pause_cluster": pause_cluster,
    "resume_cluster": resume_cluster,
    "create_tags": create_tags,
    "delete_tags": delete_tags,
    "modify_cluster_iam_roles": modify_cluster_iam_roles,
}

POWER_CALLS = {"pause_cluster": "PauseCluster", "resume_cluster": "ResumeCluster"}


def power_record(call: str, at: datetime, by: str) -> dict[str, Any]:
    """What CloudTrail shows of a pause or a resume."""
    about = {"requestParameters": {"clusterIdentifier": "sales"}, "userIdentity": {"arn": by}}
    return {"eventName": call, "eventTime": at.isoformat(), **about}


@dataclass(frozen=True)
class Deletion:
    """One DeleteCluster that reached Redshift."""

    cluster: str
    namespace: str
    skipped: bool
    guarded: bool
    protected_since: datetime | None
    at: datetime
    applied: bool = False


class NotFoundError(ClientError):
    """As botocore's classes for the two errors that the adapters name."""


class NoClusterError(NotFoundError):
    """ClusterNotFound."""


class NoSnapshotError(NotFoundError):
    """ClusterSnapshotNotFound."""


CLASSES = {"ClusterNotFound": NoClusterError, "ClusterSnapshotNotFound": NoSnapshotError}


class Redshift:
    """What the adapters take for a boto3 client; IAM's conditions on DeleteCluster included.

    Attributes:
        deletions: Every DeleteCluster, in order.
        sent: Every change that reached Redshift, in order, by the name of boto3's method.
        applied: Those that Redshift accepted.
        refusals: Changes that Redshift refuses, each with this code.
        protected_at: When each cluster was protected.
        before_change: Called with the method's name when a change has reached Redshift.
        trail: What CloudTrail will show of the steward's own pauses and resumes, too.
    """

    exceptions = SimpleNamespace(
        ClusterNotFoundFault=NoClusterError, ClusterSnapshotNotFoundFault=NoSnapshotError
    )
    meta = SimpleNamespace(service_model=get_service_model("redshift"))

    def __init__(self, backend: RedshiftBackend, faults: FaultPlan) -> None:
        self.backend, self._faults = backend, faults
        self.deletions: list[Deletion] = []
        self.sent: list[str] = []
        self.applied: list[str] = []
        self.refusals: dict[str, str] = {}
        self.protected_at: dict[str, datetime] = {}
        self.before_change: Callable[[str], None] = lambda _name: None
        self.trail: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        if name not in CHANGES:
            raise AttributeError(name)
        return lambda **parameters: self._change(name, parameters)

    def describe_clusters(self, **parameters: Any) -> dict[str, Any]:
        """DescribeClusters of one cluster, or of all."""
        asked = parameters.get("ClusterIdentifier")
        names = lambda: [asked] if asked else list(self.backend.clusters_by_id)  # noqa: E731
        return self._read(lambda: {"Clusters": [self._described(name) for name in names()]})

    def describe_cluster_snapshots(self, **parameters: Any) -> dict[str, Any]:
        """DescribeClusterSnapshots."""
        now = self.backend.now()
        views = lambda: [each.view(now) for each in select_snapshots(self.backend, parameters)]  # noqa: E731
        return self._read(lambda: {"Snapshots": views()})

    def get_paginator(self, name: str) -> SimpleNamespace:
        """Of a describing call: everything is on one page."""
        return SimpleNamespace(paginate=lambda **parameters: [getattr(self, name)(**parameters)])

    def _described(self, identifier: str) -> dict[str, Any]:
        return self.backend.cluster(identifier).describe(self.backend.now())

    def _read(self, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.backend.now()
        self._die_if(self._faults.take(BEFORE, AFTER))
        try:
            return read()
        except RedshiftError as error:
            raise _client_error(error) from error

    def _change(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        wrong = self._faults.take(BEFORE, AFTER, LOST, DROPPED, THROTTLED)
        if wrong == BEFORE:
            raise KilledError(name)
        if wrong == DROPPED:
            raise EndpointConnectionError(endpoint_url="redshift")
        if wrong == THROTTLED:
            raise _client_error(RedshiftError("Throttling", "Rate exceeded"))
        self.sent.append(name)
        self.before_change(name)
        try:
            self._carry_out(name, parameters)
        except RedshiftError as error:
            raise _client_error(error) from error
        self.applied.append(name)
        self._die_if(wrong)
        if wrong == LOST:
            raise EndpointConnectionError(endpoint_url="redshift")
        return {"ResponseMetadata": {"RequestId": f"request-{self._faults.count}"}}

    def _die_if(self, wrong: str) -> None:
        if wrong in {BEFORE, AFTER}:
            raise KilledError(wrong)

    def _carry_out(self, name: str, parameters: dict[str, Any]) -> None:
        if name in self.refusals:
            raise RedshiftError(self.refusals[name], "Redshift's own words")
        if name != "delete_cluster":
            CHANGES[name](self.backend, parameters)
            if name in POWER_CALLS:
                self.trail.append(power_record(POWER_CALLS[name], self.backend.now(), "the steward"))
            return
        before = self._about(parameters)
        try:
            self._allow(parameters)
            CHANGES[name](self.backend, parameters)
        except RedshiftError:
            self.deletions.append(before)
            raise
        self.deletions.append(Deletion(**before.__dict__ | {"applied": True}))

    def _about(self, parameters: dict[str, Any]) -> Deletion:
        name, now = parameters["ClusterIdentifier"], self.backend.now()
        cluster = self.backend.clusters_by_id.get(name)
        snapshots = self.backend.snapshots_by_id.values()
        guards = [
            s
            for s in snapshots
            if cluster and s.namespace_id == cluster.namespace_id and "-guard-" in s.identifier
        ]
        guarded = any(s.status == "available" and s.kind == "manual" for s in guards)
        namespace = cluster.namespace_arn if cluster else ""
        skipped = bool(parameters.get("SkipFinalClusterSnapshot"))
        protected_at = self.protected_at.get(namespace)
        return Deletion(name, namespace, skipped, guarded, protected_at, now)

    def _allow(self, parameters: dict[str, Any]) -> None:
        """IAM: the roles of the two functions that delete, told apart by what they ask for."""
        name = parameters["ClusterIdentifier"]
        cluster = self.backend.clusters_by_id.get(name)
        tags = {tag["Key"]: tag["Value"] for tag in cluster.tags} if cluster else {}
        copy = name.startswith(PREFIX) and COPY_TAG in tags
        approved = tags.get(APPROVED_TAG, "").startswith("sha256:")
        allowed = copy if parameters.get("SkipFinalClusterSnapshot") else approved
        if PROTECTED_TAG in tags or (cluster is not None and not allowed):
            raise RedshiftError("AccessDenied", "not authorized to perform: redshift:DeleteCluster")


def _client_error(error: RedshiftError) -> ClientError:
    kind = CLASSES.get(error.code, ClientError)
    error_response = {"Error": {"Code": error.code, "Message": error.message}}
    return kind({**error_response, "ResponseMetadata": {"HTTPStatusCode": 400}}, "call")  # type: ignore[arg-type] # as botocore's


def redshift_with(
    clock: Time, knobs: Mapping[str, Any], *, paused: bool = False, seed: int = 0
) -> RedshiftBackend:
    """A Redshift with one idle cluster, ``sales``."""
    backend = RedshiftBackend(REGION, ACCOUNT, Context(clock, ACCOUNT, REGION, "", seed))  # type: ignore[arg-type] # a clock is asked for the time only
    # there is no EC2 here whose default subnets would make it
    backend.subnet_groups["default"] = SimpleNamespace(vpc_id="vpc-1")  # type: ignore[assignment]
    cluster = new_cluster(backend, clock.moment - timedelta(days=200), knobs)
    cluster.status = "paused" if paused else "available"
    backend.subnet_groups["default"] = SimpleNamespace(
        vpc_id=DEFAULT_VPC
    )  # in-process there is no EC2 to ask
    take_automated_snapshot(backend, cluster, clock.moment - timedelta(hours=3))
    return backend


def new_cluster(backend: RedshiftBackend, created: datetime, knobs: Mapping[str, Any]) -> Cluster:
    """A cluster called ``sales``, instead of the one that has the name."""
    cluster = Cluster(
        identifier="sales",
        account_id=ACCOUNT,
        region=REGION,
        created=created,
        knobs=Knobs(**knobs),
        timeline=backend.timeline,
        seed=backend.context.seed,
        kms_key_id=KEY,
        maintenance_window="wed:02:00-wed:02:30",
    )
    backend.clusters_by_id["sales"] = cluster
    return cluster


def tags_of(backend: RedshiftBackend, name: str) -> dict[str, str]:
    """The tags of a cluster; empty when it is gone."""
    cluster = backend.clusters_by_id.get(name)
    return {tag["Key"]: tag["Value"] for tag in cluster.tags} if cluster else {}


def manual_snapshots(backend: RedshiftBackend) -> Iterator[Any]:
    """What is on the shelf."""
    return (each for each in backend.snapshots_by_id.values() if each.kind == "manual")
