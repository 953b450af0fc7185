"""AWS::Scheduler types, which moto lacks."""

from local.cloudformation.resource import Environment, Properties, Resource


class ScheduleGroup(Resource):
    TYPE = "AWS::Scheduler::ScheduleGroup"
    NAME = "Name"

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"Name": name, "Tags": properties.get("Tags") or []}
        arn = environment.call("scheduler", "CreateScheduleGroup", given)["ScheduleGroupArn"]
        return cls(environment, name, properties, {"Arn": arn, "State": "ACTIVE"})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("scheduler", "GetScheduleGroup", {"Name": name})

    def update(self, properties: Properties) -> None:
        """Only tags can change; the new ones are added."""
        given = {"ResourceArn": self.attributes["Arn"], "Tags": properties.get("Tags") or []}
        self.call("scheduler", "TagResource", given)

    def delete(self) -> None:
        self.call("scheduler", "DeleteScheduleGroup", {"Name": self.physical_resource_id})


class Schedule(Resource):
    TYPE = "AWS::Scheduler::Schedule"
    NAME = "Name"
    REPLACING = frozenset({"GroupName"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        arn = environment.call("scheduler", "CreateSchedule", {**properties, "Name": name})["ScheduleArn"]
        return cls(environment, name, properties, {"Arn": arn})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        group = {"GroupName": properties.get("GroupName", "default")}
        return environment.finds("scheduler", "GetSchedule", {"Name": name, **group})

    def update(self, properties: Properties) -> None:
        given = {**properties, "Name": self.physical_resource_id}
        self.call("scheduler", "UpdateSchedule", given)

    def delete(self) -> None:
        given = {"Name": self.physical_resource_id, "GroupName": self.properties.get("GroupName", "default")}
        self.call("scheduler", "DeleteSchedule", given)
