"""AWS::Scheduler types, which moto lacks."""

from __future__ import annotations

from local.cloudformation.resource import Place, Properties, Resource


class ScheduleGroup(Resource):
    """AWS::Scheduler::ScheduleGroup."""

    TYPE = "AWS::Scheduler::ScheduleGroup"
    NAME = "Name"

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        given = {"Name": name, "Tags": properties.get("Tags") or []}
        arn = place.call("scheduler", "CreateScheduleGroup", given)["ScheduleGroupArn"]
        return cls(place, name, properties, {"Arn": arn, "State": "ACTIVE"})

    def update(self, properties: Properties) -> None:
        """Only tags can change; the new ones are added."""
        given = {"ResourceArn": self.attributes["Arn"], "Tags": properties.get("Tags") or []}
        self.place.call("scheduler", "TagResource", given)

    def delete(self) -> None:
        """As `Resource.delete`."""
        self.place.call("scheduler", "DeleteScheduleGroup", {"Name": self.physical_resource_id})


class Schedule(Resource):
    """AWS::Scheduler::Schedule."""

    TYPE = "AWS::Scheduler::Schedule"
    NAME = "Name"
    REPLACING = frozenset({"GroupName"})

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        arn = place.call("scheduler", "CreateSchedule", {**properties, "Name": name})["ScheduleArn"]
        return cls(place, name, properties, {"Arn": arn})

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        given = {**properties, "Name": self.physical_resource_id}
        self.place.call("scheduler", "UpdateSchedule", given)

    def delete(self) -> None:
        """As `Resource.delete`."""
        given = {"Name": self.physical_resource_id, "GroupName": self.properties.get("GroupName", "default")}
        self.place.call("scheduler", "DeleteSchedule", given)
