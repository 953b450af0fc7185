"""Endpoints, shares, integrations, limits and actions of a cluster, as records of the API."""

from typing import Any

from local.fleet.schema import ClusterEntry, DataShare, ReservedNodes
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.scheduled_actions import plan


def attach(backend: RedshiftBackend, cluster: Cluster, entry: ClusterEntry) -> None:
    """Add everything that the entry declares about the cluster to the inventory."""
    inventory = backend.inventory
    inventory.endpoints += [_endpoint(cluster, each.name, each.owner) for each in entry.endpoints]
    inventory.endpoint_authorizations += [
        _authorization(cluster, each.owner) for each in entry.endpoints if each.owner is not None
    ]
    inventory.datashares += [_datashare(cluster, share) for share in entry.datashares]
    inventory.integrations += [
        _integration(cluster, source, number) for number, source in enumerate(entry.zero_etl_sources, 1)
    ]
    inventory.usage_limits += [
        {
            "UsageLimitId": f"{cluster.identifier}-{limit.feature}",
            "ClusterIdentifier": cluster.identifier,
            "FeatureType": limit.feature,
            "LimitType": "data-scanned" if limit.feature == "spectrum" else "time",
            "Amount": limit.amount,
            "Period": limit.period,
            "BreachAction": "log",
            "Tags": [],
        }
        for limit in entry.usage_limits
    ]
    actions = [
        {
            "ScheduledActionName": action.name,
            "TargetAction": {action.action: {"ClusterIdentifier": cluster.identifier}},
            "Schedule": action.schedule,
            "State": "ACTIVE",
            "NextInvocations": [],
        }
        | ({"IamRole": action.role} if action.role else {})
        for action in entry.scheduled_actions
    ]
    inventory.scheduled_actions += actions
    for action in actions:
        if "IamRole" in action:
            plan(backend, action, backend.now())


def reserve(backend: RedshiftBackend, number: int, nodes: ReservedNodes) -> None:
    """Put reserved nodes into the inventory."""
    backend.inventory.reserved_nodes.append(
        {
            "ReservedNodeId": f"reserved-{number}",
            "NodeType": nodes.node_type,
            "NodeCount": nodes.count,
            "State": "active",
            "OfferingType": "No Upfront",
            "Duration": 31_536_000,
            "CurrencyCode": "USD",
        }
    )


def _endpoint(cluster: Cluster, name: str, owner: str | None) -> dict[str, Any]:
    return {
        "ClusterIdentifier": cluster.identifier,
        "ResourceOwner": owner or cluster.account_id,
        "EndpointName": name,
        "EndpointStatus": "active",
        "EndpointCreateTime": cluster.created,
        "Port": cluster.port,
        "VpcSecurityGroups": [],
    }


def _authorization(cluster: Cluster, grantee: str) -> dict[str, Any]:
    return {
        "Grantor": cluster.account_id,
        "Grantee": grantee,
        "ClusterIdentifier": cluster.identifier,
        "AuthorizeTime": cluster.created,
        "ClusterStatus": cluster.current_status(),
        "Status": "Authorized",
        "AllowedAllVPCs": True,
        "EndpointCount": 1,
    }


def _datashare(cluster: Cluster, share: DataShare) -> dict[str, Any]:
    owner = f"{cluster.region}:{cluster.account_id}"
    return {
        "DataShareArn": f"arn:aws:redshift:{owner}:datashare:{cluster.namespace_id}/{share.name}",
        "ProducerArn": cluster.namespace_arn,
        "AllowPubliclyAccessibleConsumers": False,
        "DataShareAssociations": [
            {
                "ConsumerIdentifier": consumer,
                "Status": share.status,
                "CreatedDate": cluster.created,
                "StatusChangeDate": cluster.created,
            }
            for consumer in share.consumers
        ],
    }


def _integration(cluster: Cluster, source: str, number: int) -> dict[str, Any]:
    owner = f"{cluster.region}:{cluster.account_id}"
    return {
        "IntegrationArn": f"arn:aws:redshift:{owner}:integration:{cluster.identifier}-{number}",
        "SourceArn": source,
        "TargetArn": cluster.namespace_arn,
        "Status": "active",
        "Errors": [],
        "CreateTime": cluster.created,
    }
