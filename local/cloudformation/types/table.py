"""AWS::DynamoDB::Table. moto's model cannot update a table and drops recovery, expiry and protection."""

from typing import Any

from local.cloudformation.resource import Environment, Properties, Resource

CREATED_WITH = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
)

SET_APART = (
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "StreamSpecification",
    "TimeToLiveSpecification",
)


class Table(Resource):
    """A table with indexes, point-in-time recovery, expiry, encryption and stream."""

    TYPE = "AWS::DynamoDB::Table"
    NAME = "TableName"
    NAME_LENGTH = 255
    REPLACING = frozenset({"KeySchema", "LocalSecondaryIndexes"})
    KNOWN = frozenset({*CREATED_WITH, *SET_APART, "TableName"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"TableName": name, **{key: properties[key] for key in CREATED_WITH if key in properties}}
        if stream := properties.get("StreamSpecification"):
            given["StreamSpecification"] = {"StreamEnabled": True, **stream}
        if encryption := properties.get("SSESpecification"):
            kept = {key: value for key, value in encryption.items() if key != "SSEEnabled"}
            given["SSESpecification"] = {"Enabled": encryption["SSEEnabled"], **kept}
        described = environment.call("dynamodb", "CreateTable", given)["TableDescription"]
        attributes = {"Arn": described["TableArn"], "StreamArn": described.get("LatestStreamArn", "")}
        resource = cls(environment, name, {}, attributes)
        resource.reconcile(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("dynamodb", "DescribeTable", {"TableName": name})

    def update(self, properties: Properties) -> None:
        given: dict[str, Any] = {"TableName": self.physical_resource_id}
        for key in ("BillingMode", "DeletionProtectionEnabled", "ProvisionedThroughput", "TableClass"):
            if properties.get(key) != self.properties.get(key) and key in properties:
                given[key] = properties[key]
        changes = _index_changes(self.properties, properties)
        if changes:
            given |= {
                "AttributeDefinitions": properties["AttributeDefinitions"],
                "GlobalSecondaryIndexUpdates": changes,
            }
        if len(given) > 1:
            self.call("dynamodb", "UpdateTable", given)
        self.reconcile(properties)

    def delete(self) -> None:
        self.call("dynamodb", "DeleteTable", {"TableName": self.physical_resource_id})

    def reconcile(self, properties: Properties) -> None:
        """Set what CreateTable does not take: point-in-time recovery and expiry."""
        name = {"TableName": self.physical_resource_id}
        recovery = properties.get("PointInTimeRecoverySpecification")
        if recovery and recovery != self.properties.get("PointInTimeRecoverySpecification"):
            given = {**name, "PointInTimeRecoverySpecification": recovery}
            self.call("dynamodb", "UpdateContinuousBackups", given)
        expiry = properties.get("TimeToLiveSpecification")
        if expiry and expiry != self.properties.get("TimeToLiveSpecification"):
            self.call("dynamodb", "UpdateTimeToLive", {**name, "TimeToLiveSpecification": expiry})


def _index_changes(before: Properties, after: Properties) -> list[dict[str, Any]]:
    old = {index["IndexName"]: index for index in before.get("GlobalSecondaryIndexes") or []}
    new = {index["IndexName"]: index for index in after.get("GlobalSecondaryIndexes") or []}
    removed = [{"Delete": {"IndexName": name}} for name in old if name not in new]
    added = [{"Create": index} for name, index in new.items() if name not in old]
    return [*removed, *added]
