"""The calls about what hangs on clusters and accounts, and moto's calls about logging and snapshot copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.redshift.api.results import Answer, Answers
from local.redshift.errors import RedshiftError
from local.redshift.views import cluster_view

if TYPE_CHECKING:
    from local.redshift.state.inventory import Record

ACCOUNT_ATTRIBUTES = {"max-defer-maintenance-duration": "45", "max-bulk-snapshot-operations": "100"}


class InventoryResponses(Answers):
    """Records that somebody declared, filtered by the call's parameters."""

    def _matching(self, records: list[Record], *names: str) -> list[Record]:
        """The records that have the values of those of the named parameters that were given."""
        self.backend.now()
        asked = {name: self.params[name] for name in names if name in self.params}
        return [record for record in records if all(record.get(name) == asked[name] for name in asked)]

    def _require_cluster(self) -> None:
        if "ClusterIdentifier" in self.params:
            self.backend.now()
            self.backend.cluster(self.params["ClusterIdentifier"])

    def _require_found(self, records: list[Record], name: str, code: str) -> None:
        if name in self.params and not records:
            raise RedshiftError(code, f"{name} {self.params[name]} not found.")

    def describe_endpoint_access(self) -> Answer:
        """DescribeEndpointAccess."""
        self._require_cluster()
        names = ("ClusterIdentifier", "ResourceOwner", "EndpointName")
        found = self._matching(self.backend.inventory.endpoints, *names)
        self._require_found(found, "EndpointName", "EndpointNotFound")
        return self.paged(
            "EndpointAccessList",
            found,
            lambda record: f"{record['EndpointName']} {record['ClusterIdentifier']}",
        )

    def describe_endpoint_authorization(self) -> Answer:
        """DescribeEndpointAuthorization."""
        self._require_cluster()
        found = self._matching(self.backend.inventory.endpoint_authorizations, "ClusterIdentifier")
        party = "Grantor" if self.params.get("Grantee", False) else "Grantee"
        account = self.params.get("Account")
        shown = [record for record in found if account in (None, record[party])]
        key = "EndpointAuthorizationList"
        return self.paged(key, shown, lambda record: f"{record['ClusterIdentifier']} {record['Grantee']}")

    def describe_data_shares(self) -> Answer:
        """DescribeDataShares."""
        found = self._matching(self.backend.inventory.datashares, "DataShareArn")
        self._require_found(found, "DataShareArn", "InvalidDataShareFault")
        return self._data_shares(found)

    def describe_data_shares_for_producer(self) -> Answer:
        """DescribeDataSharesForProducer."""
        return self._data_shares(
            self._with_status(self._matching(self.backend.inventory.datashares, "ProducerArn"))
        )

    def describe_data_shares_for_consumer(self) -> Answer:
        """DescribeDataSharesForConsumer."""
        self.backend.now()
        consumer = self.params.get("ConsumerArn")
        found = [
            share
            for share in self.backend.inventory.datashares
            if consumer is None or consumer in _members(share, "ConsumerIdentifier")
        ]
        return self._data_shares(self._with_status(found))

    def _with_status(self, shares: list[Record]) -> list[Record]:
        status = self.params.get("Status")
        return [share for share in shares if status is None or status in _members(share, "Status")]

    def _data_shares(self, shares: list[Record]) -> Answer:
        return self.paged("DataShares", shares, lambda share: share["DataShareArn"])

    def describe_inbound_integrations(self) -> Answer:
        """DescribeInboundIntegrations."""
        found = self._matching(self.backend.inventory.integrations, "IntegrationArn", "TargetArn")
        self._require_found(found, "IntegrationArn", "IntegrationNotFoundFault")
        return self.paged("InboundIntegrations", found, lambda record: record["IntegrationArn"])

    def describe_scheduled_actions(self) -> Answer:
        """DescribeScheduledActions."""
        found = self._matching(self.backend.inventory.scheduled_actions, "ScheduledActionName")
        self._require_found(found, "ScheduledActionName", "ScheduledActionNotFound")
        shown = [record for record in found if self._action_matches(record)]
        return self.paged(
            "ScheduledActions", shown, lambda record: f"{record['ScheduledActionName']} {_target_of(record)}"
        )

    def _action_matches(self, record: Record) -> bool:
        (kind,) = record["TargetAction"]
        values = {"cluster-identifier": _target_of(record), "iam-role": record.get("IamRole")}
        active = self.params.get("Active")
        return (
            self.params.get("TargetActionType", kind) == kind
            and (active is None or active == (record["State"] == "ACTIVE"))
            and all(values.get(asked["Name"]) in asked["Values"] for asked in self.params.get("Filters", []))
        )

    def describe_usage_limits(self) -> Answer:
        """DescribeUsageLimits."""
        self._require_cluster()
        names = ("UsageLimitId", "ClusterIdentifier", "FeatureType")
        found = self._matching(self.backend.inventory.usage_limits, *names)
        return self.paged("UsageLimits", found, lambda record: record["UsageLimitId"])

    def describe_reserved_nodes(self) -> Answer:
        """DescribeReservedNodes."""
        found = self._matching(self.backend.inventory.reserved_nodes, "ReservedNodeId")
        self._require_found(found, "ReservedNodeId", "ReservedNodeNotFound")
        return self.paged("ReservedNodes", found, lambda record: record["ReservedNodeId"])

    def describe_account_attributes(self) -> Answer:
        """DescribeAccountAttributes."""
        wanted = self.params.get("AttributeNames", ACCOUNT_ATTRIBUTES)
        attributes = [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": ACCOUNT_ATTRIBUTES[name]}]}
            for name in wanted
            if name in ACCOUNT_ATTRIBUTES
        ]
        return Answer({"AccountAttributes": attributes})

    def _snapshot_copy(self) -> Answer:
        cluster = self.backend.cluster(self.params["ClusterIdentifier"])
        return Answer({"Cluster": cluster_view(cluster, self.backend.now())})

    def enable_snapshot_copy(self) -> Answer:
        """EnableSnapshotCopy, as moto does it."""
        self._require_cluster()
        super().enable_snapshot_copy()
        return self._snapshot_copy()

    def disable_snapshot_copy(self) -> Answer:
        """DisableSnapshotCopy, as moto does it."""
        self._require_cluster()
        super().disable_snapshot_copy()
        return self._snapshot_copy()

    def modify_snapshot_copy_retention_period(self) -> Answer:
        """ModifySnapshotCopyRetentionPeriod, as moto does it."""
        self._require_cluster()
        super().modify_snapshot_copy_retention_period()
        return self._snapshot_copy()


def _target_of(action: Record) -> str:
    """The cluster that a scheduled action is about."""
    (target,) = action["TargetAction"].values()
    return str(target["ClusterIdentifier"])


def _members(share: Record, name: str) -> list[Any]:
    return [association[name] for association in share.get("DataShareAssociations", [])]
