"""AWS::CloudWatch and AWS::Logs types.

moto lacks Alarm and MetricFilter, cannot update a LogGroup, and takes any property of a Dashboard.
"""

from local.cloudformation.resource import Environment, Properties, Resource
from local.cloudformation.types.tags import as_map


class Alarm(Resource):
    TYPE = "AWS::CloudWatch::Alarm"
    NAME = "AlarmName"
    NAME_LENGTH = 255

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        resource = super().create(environment, name, properties)
        resource.attributes["Arn"] = environment.arn("cloudwatch", f"alarm:{name}")
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]}, "MetricAlarms")

    def update(self, properties: Properties) -> None:
        given = {**properties, "AlarmName": self.physical_resource_id}
        self.call("cloudwatch", "PutMetricAlarm", given)

    def delete(self) -> None:
        self.call("cloudwatch", "DeleteAlarms", {"AlarmNames": [self.physical_resource_id]})


class Dashboard(Resource):
    TYPE = "AWS::CloudWatch::Dashboard"
    NAME = "DashboardName"
    NAME_LENGTH = 255

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("cloudwatch", "GetDashboard", {"DashboardName": name})

    def update(self, properties: Properties) -> None:
        given = {**properties, "DashboardName": self.physical_resource_id}
        self.call("cloudwatch", "PutDashboard", given)

    def delete(self) -> None:
        self.call("cloudwatch", "DeleteDashboards", {"DashboardNames": [self.physical_resource_id]})


class LogGroup(Resource):
    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    NAME_LENGTH = 512
    KNOWN = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"logGroupName": name, "tags": as_map(properties.get("Tags"))}
        if "KmsKeyId" in properties:
            given["kmsKeyId"] = properties["KmsKeyId"]
        environment.call("logs", "CreateLogGroup", given)
        resource = cls(environment, name, properties, {"Arn": environment.arn("logs", f"log-group:{name}:*")})
        resource.update(properties)
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        groups = environment.call("logs", "DescribeLogGroups", {"logGroupNamePrefix": name})["logGroups"]
        return any(each["logGroupName"] == name for each in groups)

    def update(self, properties: Properties) -> None:
        name = {"logGroupName": self.physical_resource_id}
        if "RetentionInDays" in properties:
            given = {**name, "retentionInDays": properties["RetentionInDays"]}
            self.call("logs", "PutRetentionPolicy", given)
        else:
            self.call("logs", "DeleteRetentionPolicy", name)

    def delete(self) -> None:
        self.call("logs", "DeleteLogGroup", {"logGroupName": self.physical_resource_id})


class MetricFilter(Resource):
    TYPE = "AWS::Logs::MetricFilter"
    NAME = "FilterName"
    NAME_LENGTH = 512
    REPLACING = frozenset({"LogGroupName"})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        given = {"logGroupName": properties["LogGroupName"], "filterNamePrefix": name}
        return environment.finds("logs", "DescribeMetricFilters", given, "metricFilters")

    def update(self, properties: Properties) -> None:
        given = {**properties, "FilterName": self.physical_resource_id}
        self.call("logs", "PutMetricFilter", given)

    def delete(self) -> None:
        given = {"filterName": self.physical_resource_id, "logGroupName": self.properties["LogGroupName"]}
        self.call("logs", "DeleteMetricFilter", given)
