"""What is inspected before a deletion: the cluster, its dependents, its use, and what it leaves behind."""

from __future__ import annotations

from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import ClusterReader
from steward.adapters.grants import Scope, grant
from steward.domain.deprovision.cluster_details import SDK_MEMBERS, cluster_details_from_api

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_redshift.client import RedshiftClient
    from mypy_boto3_redshift.paginator import DescribeScheduledActionsPaginator

    from steward.domain.deprovision.cluster_details import ClusterDetails

SNAPSHOTS_QUOTA = ("redshift", "L-2E428669")
"""Service Quotas' codes of "User snapshots"."""

DEFAULT_QUOTA = 20
"""Manual snapshots per account and Region, unless raised (Redshift management guide, "Quotas and limits")."""

HOUR = 3600


class DetailedClusters(ClusterReader):
    """Reads clusters with all that a deletion asks about."""

    def all(self) -> list[ClusterDetails]:
        return [self._details(answer) for answer in self._all()]

    def one(self, identifier: str) -> ClusterDetails | None:
        answer = self._one(identifier)
        return None if answer is None else self._details(answer)

    def _details(self, answer: Mapping[str, Any]) -> ClusterDetails:
        return cluster_details_from_api(answer, self._home, self._not_read)

    @cached_property
    def _not_read(self) -> tuple[str, ...]:
        answer: Any = self._redshift.meta.service_model.operation_model("DescribeClusters").output_shape
        known = answer.members["Clusters"].member.members
        return tuple(name for name in SDK_MEMBERS if name not in known)


class Dependents:
    """Reads who would lose something."""

    GRANTS = (
        grant(
            Scope.ANY,
            "redshift:DescribeInboundIntegrations",
            "redshift:DescribeDataSharesForProducer",
            "redshift:DescribeEndpointAccess",
            "redshift:DescribeEndpointAuthorization",
            "redshift:DescribeScheduledActions",
        ),
    )

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def integrations(self, namespace_arn: str) -> dict[str, str]:
        """Zero-ETL integrations into the cluster: ARN to source."""
        pages = self._redshift.get_paginator("describe_inbound_integrations").paginate(
            TargetArn=namespace_arn
        )
        found = (each for page in pages for each in page.get("InboundIntegrations", []))
        return {each.get("IntegrationArn", ""): each.get("SourceArn", "") for each in found}

    def consumers(self, namespace_arn: str) -> dict[str, tuple[str, ...]]:
        """Who reads the cluster's datashares, by the share's name."""
        paginator = self._redshift.get_paginator("describe_data_shares_for_producer")
        shares = [
            share
            for page in paginator.paginate(ProducerArn=namespace_arn)
            for share in page.get("DataShares", [])
        ]
        readers = {share.get("DataShareArn", "").rpartition("/")[2]: _readers(share) for share in shares}
        return {name: who for name, who in readers.items() if who}

    def endpoints(self, cluster: str, account: str) -> tuple[str, ...]:
        """Endpoints of other accounts at the cluster, and other accounts that may make some."""
        pages = self._redshift.get_paginator("describe_endpoint_access").paginate(ClusterIdentifier=cluster)
        access = [each for page in pages for each in page.get("EndpointAccessList", [])]
        foreign = [
            f"endpoint {each.get('EndpointName', '')} of account {each.get('ResourceOwner', '')}"
            for each in access
            if each.get("ResourceOwner", account) != account
        ]
        return (*foreign, *self._authorizations(cluster))

    def scheduled_resumes(self, cluster: str) -> tuple[str, ...]:
        """Scheduled actions that resume the cluster, with their schedules; one in an unknown state counts."""
        return tuple(
            f"{each.get('ScheduledActionName', '')} ({each.get('Schedule', '')})"
            for each in _scheduled_actions(
                self._redshift.get_paginator("describe_scheduled_actions"), cluster
            )
            if "ResumeCluster" in each.get("TargetAction", {}) and each.get("State") != "DISABLED"
        )

    def _authorizations(self, cluster: str) -> Iterator[str]:
        pages = self._redshift.get_paginator("describe_endpoint_authorization").paginate(
            ClusterIdentifier=cluster
        )
        for page in pages:
            for each in page.get("EndpointAuthorizationList", []):
                if each.get("Status") == "Authorized":
                    yield f"account {each.get('Grantee', '')} may make endpoints"


def _scheduled_actions(paginator: DescribeScheduledActionsPaginator, cluster: str) -> Iterator[Any]:
    about: Any = [{"Name": "cluster-identifier", "Values": [cluster]}]
    for page in paginator.paginate(Filters=about):
        yield from page.get("ScheduledActions", [])


def _readers(share: Any) -> tuple[str, ...]:
    gone = {"DEAUTHORIZED", "REJECTED"}
    associations = share.get("DataShareAssociations", [])
    return tuple(
        each.get("ConsumerIdentifier", "") for each in associations if each.get("Status") not in gone
    )


class ClusterMetrics:
    """Reads a metric of a cluster."""

    GRANTS = (grant(Scope.ANY, "cloudwatch:GetMetricData"),)

    def __init__(self, cloudwatch: Any) -> None:
        self._cloudwatch = cloudwatch

    def hourly(self, cluster: str, metric: str, since: datetime, until: datetime) -> dict[datetime, float]:
        """The metric's highest value in each hour of which CloudWatch has any."""
        stat = {
            "Metric": {
                "Namespace": "AWS/Redshift",
                "MetricName": metric,
                "Dimensions": [{"Name": "ClusterIdentifier", "Value": cluster}],
            },
            "Period": HOUR,
            "Stat": "Maximum",
        }
        begin = since.replace(minute=0, second=0, microsecond=0)
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[{"Id": "hours", "MetricStat": stat}], StartTime=begin, EndTime=until
        )
        results = [result for page in pages for result in page["MetricDataResults"]]
        return {
            at.astimezone(UTC): value
            for result in results
            for at, value in zip(result["Timestamps"], result["Values"], strict=True)
        }


class SnapshotQuota:
    """Reads how many manual snapshots the account may have in the Region."""

    GRANTS = (grant(Scope.ANY, "servicequotas:GetServiceQuota"),)

    def __init__(self, quotas: Any) -> None:
        self._quotas = quotas

    def limit(self) -> int:
        """The quota; AWS's default when Service Quotas has no record of it."""
        service, code = SNAPSHOTS_QUOTA
        try:
            answer = self._quotas.get_service_quota(ServiceCode=service, QuotaCode=code)
        except self._quotas.exceptions.NoSuchResourceException:
            return DEFAULT_QUOTA
        return int(answer["Quota"]["Value"])


class Leftovers:
    """Reads what a deletion leaves in the account."""

    GRANTS = (grant(Scope.ANY, "redshift:DescribeScheduledActions", "redshift:DescribeReservedNodes"),)

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def scheduled_actions(self, cluster: str) -> tuple[str, ...]:
        found = _scheduled_actions(self._redshift.get_paginator("describe_scheduled_actions"), cluster)
        return tuple(each.get("ScheduledActionName", "") for each in found)

    def reserved_nodes(self, node_type: str) -> tuple[str, ...]:
        """Active reserved nodes of a type, as sentences."""
        pages = self._redshift.get_paginator("describe_reserved_nodes").paginate()
        found = (each for page in pages for each in page.get("ReservedNodes", []))
        return tuple(
            f"{each.get('NodeCount', 0)} reserved nodes {node_type} ({each.get('ReservedNodeId', '')})"
            for each in found
            if each.get("NodeType") == node_type and each.get("State") == "active"
        )


class Alarms:
    """Reads CloudWatch alarms about a cluster."""

    GRANTS = (grant(Scope.ANY, "cloudwatch:DescribeAlarms"),)

    def __init__(self, cloudwatch: Any) -> None:
        self._cloudwatch = cloudwatch

    def about(self, cluster: str) -> tuple[str, ...]:
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        return tuple(
            alarm["AlarmName"]
            for page in pages
            for alarm in page["MetricAlarms"]
            if {"Name": "ClusterIdentifier", "Value": cluster} in alarm.get("Dimensions", [])
        )
