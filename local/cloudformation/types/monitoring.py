"""AWS::CloudWatch and AWS::Logs types.

moto lacks Alarm and MetricFilter, can not update a LogGroup, and takes any property of a Dashboard.
"""

from __future__ import annotations

from local.cloudformation.resource import Place, Properties, Resource
from local.cloudformation.types.tags import as_map


class Alarm(Resource):
    """AWS::CloudWatch::Alarm."""

    TYPE = "AWS::CloudWatch::Alarm"
    NAME = "AlarmName"
    NAME_LENGTH = 255

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        made = super().create(place, name, properties)
        made.attributes["Arn"] = place.arn("cloudwatch", f"alarm:{name}")
        return made

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        given = {**properties, "AlarmName": self.physical_resource_id}
        self.place.call("cloudwatch", "PutMetricAlarm", given)

    def delete(self) -> None:
        """As `Resource.delete`."""
        self.place.call("cloudwatch", "DeleteAlarms", {"AlarmNames": [self.physical_resource_id]})


class Dashboard(Resource):
    """AWS::CloudWatch::Dashboard."""

    TYPE = "AWS::CloudWatch::Dashboard"
    NAME = "DashboardName"
    NAME_LENGTH = 255

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        given = {**properties, "DashboardName": self.physical_resource_id}
        self.place.call("cloudwatch", "PutDashboard", given)

    def delete(self) -> None:
        """As `Resource.delete`."""
        self.place.call("cloudwatch", "DeleteDashboards", {"DashboardNames": [self.physical_resource_id]})


class LogGroup(Resource):
    """AWS::Logs::LogGroup."""

    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    NAME_LENGTH = 512
    KNOWN = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        given = {"logGroupName": name, "tags": as_map(properties.get("Tags"))}
        if "KmsKeyId" in properties:
            given["kmsKeyId"] = properties["KmsKeyId"]
        place.call("logs", "CreateLogGroup", given)
        made = cls(place, name, properties, {"Arn": place.arn("logs", f"log-group:{name}:*")})
        made.update(properties)
        return made

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        name = {"logGroupName": self.physical_resource_id}
        if "RetentionInDays" in properties:
            given = {**name, "retentionInDays": properties["RetentionInDays"]}
            self.place.call("logs", "PutRetentionPolicy", given)
        else:
            self.place.call("logs", "DeleteRetentionPolicy", name)

    def delete(self) -> None:
        """As `Resource.delete`."""
        self.place.call("logs", "DeleteLogGroup", {"logGroupName": self.physical_resource_id})


class MetricFilter(Resource):
    """AWS::Logs::MetricFilter."""

    TYPE = "AWS::Logs::MetricFilter"
    NAME = "FilterName"
    NAME_LENGTH = 512
    REPLACING = frozenset({"LogGroupName"})

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        given = {**properties, "FilterName": self.physical_resource_id}
        self.place.call("logs", "PutMetricFilter", given)

    def delete(self) -> None:
        """As `Resource.delete`."""
        given = {"filterName": self.physical_resource_id, "logGroupName": self.properties["LogGroupName"]}
        self.place.call("logs", "DeleteMetricFilter", given)
