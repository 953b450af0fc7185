"""Every adapter, ready for use in this function: wired to its client and to the stack's resources.

A step names the adapters that it uses as the typed fields of its ``Tools``. That is the one place: the
handler has them made here, and the infrastructure grants what they need.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import boto3

from steward.adapters.approvals import DeprovisionRuns, WaitingTasks
from steward.adapters.caller_identity import CallerIdentity
from steward.adapters.clients import client, redshift_once
from steward.adapters.clock import Clock
from steward.adapters.cloudtrail import Trail
from steward.adapters.cluster_roles import ClusterRoles
from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags, KeyRotation
from steward.adapters.deletion import ClusterDeletion, CopyRemoval, DeletionTags, Restore
from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.documents import Documents
from steward.adapters.executions import EndedRuns, Executions, RecoveryRuns, ScheduledTasks
from steward.adapters.iam_roles import IamRoles
from steward.adapters.inspection import (
    Alarms,
    ClusterMetrics,
    Dependents,
    DetailedClusters,
    Leftovers,
    SnapshotQuota,
)
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.baselines import Baselines
from steward.adapters.ledger.corrections import Corrections
from steward.adapters.ledger.decisions import Decisions
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import Locks, LocksIndex
from steward.adapters.ledger.operations import OperationHistory, Operations
from steward.adapters.ledger.requests import Requests, WaitingRequests
from steward.adapters.ledger.schedule_moments import ScheduledRuns, ScheduleMoments
from steward.adapters.ledger.settled_runs import SettledRuns
from steward.adapters.metrics import Metrics
from steward.adapters.notices import Events, Notices
from steward.adapters.snapshots import GuardSnapshots, Snapshots, SnapshotTags
from steward.settings import PACKAGE, deprovision_machine, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

    from steward.adapters.grants import Grant

T = TypeVar("T")


@cache
def _dynamodb() -> DynamoDBServiceResource:
    return boto3.resource("dynamodb")


def _ledger() -> Table:
    return _dynamodb().Table(settings().ledger_table)


def _metrics() -> Metrics:
    return Metrics(settings().stack)


FACTORIES: dict[type, Callable[[], Any]] = {
    Clock: Clock,
    Clusters: lambda: Clusters(client("redshift"), settings().notices_topic),
    KeyRotation: lambda: KeyRotation(redshift_once()),
    ClusterPower: lambda: ClusterPower(redshift_once()),
    ClusterTags: lambda: ClusterTags(client("redshift")),
    ClusterRoles: lambda: ClusterRoles(redshift_once()),
    IamRoles: lambda: IamRoles(client("iam")),
    KmsKeys: lambda: KmsKeys(client("kms")),
    DeployedPolicy: lambda: DeployedPolicy(PACKAGE),
    RecoveryRuns: lambda: RecoveryRuns(client("stepfunctions")),
    EndedRuns: lambda: EndedRuns(client("stepfunctions")),
    Executions: lambda: Executions(client("stepfunctions")),
    ScheduledTasks: lambda: ScheduledTasks(client("stepfunctions")),
    Documents: lambda: Documents(client("s3"), settings().runs_bucket),
    Notices: lambda: Notices(client("sns"), settings().notices_topic),
    Events: lambda: Events(client("events"), _metrics()),
    Locks: lambda: Locks(_ledger()),
    Operations: lambda: Operations(_dynamodb(), _ledger()),
    Baselines: lambda: Baselines(_ledger()),
    OperationHistory: lambda: OperationHistory(_ledger()),
    Decisions: lambda: Decisions(_dynamodb(), _ledger()),
    LastRotations: lambda: LastRotations(_dynamodb(), _ledger()),
    ScheduleMoments: lambda: ScheduleMoments(_ledger()),
    Corrections: lambda: Corrections(_ledger()),
    LocksIndex: lambda: LocksIndex(_ledger()),
    WaitingRequests: lambda: WaitingRequests(_ledger()),
    ScheduledRuns: lambda: ScheduledRuns(_ledger()),
    SettledRuns: lambda: SettledRuns(_ledger()),
    Metrics: _metrics,
    Requests: lambda: Requests(_ledger()),
    WaitingTasks: lambda: WaitingTasks(client("stepfunctions")),
    DeprovisionRuns: lambda: DeprovisionRuns(client("stepfunctions"), deprovision_machine()),
    CallerIdentity: lambda: CallerIdentity(client("sts")),
    Trail: lambda: Trail(client("cloudtrail")),
    DetailedClusters: lambda: DetailedClusters(client("redshift"), settings().notices_topic),
    Dependents: lambda: Dependents(client("redshift")),
    Leftovers: lambda: Leftovers(client("redshift")),
    Alarms: lambda: Alarms(client("cloudwatch")),
    ClusterMetrics: lambda: ClusterMetrics(client("cloudwatch")),
    SnapshotQuota: lambda: SnapshotQuota(client("service-quotas")),
    Snapshots: lambda: Snapshots(client("redshift")),
    GuardSnapshots: lambda: GuardSnapshots(redshift_once()),
    SnapshotTags: lambda: SnapshotTags(client("redshift")),
    DeletionTags: lambda: DeletionTags(client("redshift")),
    ClusterDeletion: lambda: ClusterDeletion(redshift_once()),
    CopyRemoval: lambda: CopyRemoval(redshift_once()),
    Restore: lambda: Restore(redshift_once()),
}


def tool_types(tools: type) -> dict[str, type]:
    """The adapters that a step's ``Tools`` name, by field."""
    hints = get_type_hints(tools)
    return {field.name: hints[field.name] for field in fields(tools)}


@cache
def build_tools(tools: type[T]) -> T:
    """The ``Tools`` of a step, made once per function instance."""
    return tools(**{name: FACTORIES[kind]() for name, kind in tool_types(tools).items()})


def grants_of(tools: type) -> list[Grant]:
    """All that a step's ``Tools`` need to be allowed."""
    return [grant for kind in tool_types(tools).values() for grant in kind.GRANTS]  # type: ignore[attr-defined]  # each adapter has them
