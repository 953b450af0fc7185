"""AWS::Events::Rule. moto passes over properties that it does not know, and keeps numbers as text."""

import json
from typing import Any

from local.cloudformation.resource import Environment, Properties, Resource

SETTINGS = ("Description", "EventBusName", "RoleArn", "ScheduleExpression", "State")


class Rule(Resource):
    """A rule with its targets."""

    TYPE = "AWS::Events::Rule"
    NAME = "Name"
    REPLACING = frozenset({"EventBusName"})
    KNOWN = frozenset({*SETTINGS, "EventPattern", "Name", "Tags", "Targets"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        resource = cls(environment, name, {})
        resource.reconcile(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        bus = {key: properties[key] for key in ("EventBusName",) if key in properties}
        return environment.finds("events", "DescribeRule", {"Name": name, **bus})

    def update(self, properties: Properties) -> None:
        self.reconcile(properties)

    def reconcile(self, properties: Properties) -> None:
        """Put the rule, its tags and its targets; remove what the template no longer has."""
        given: dict[str, Any] = {key: properties[key] for key in SETTINGS if key in properties}
        if "EventPattern" in properties:
            given["EventPattern"] = json.dumps(properties["EventPattern"])
        arn = self.call("events", "PutRule", {"Name": self.physical_resource_id, **given})["RuleArn"]
        self.attributes["Arn"] = arn
        self._reconcile_tags(arn, properties)
        targets = properties.get("Targets") or []
        self._remove([name for name in _ids(self.properties) if name not in _ids(properties)])
        if targets:
            self.call("events", "PutTargets", {**self._on_bus(properties), "Targets": targets})

    def delete(self) -> None:
        self._remove(_ids(self.properties))
        bus = self._on_bus(self.properties)
        self.call("events", "DeleteRule", {"Name": bus.pop("Rule"), **bus})

    def _reconcile_tags(self, arn: str, properties: Properties) -> None:
        tags = properties.get("Tags") or []
        kept = {tag["Key"] for tag in tags}
        gone = [tag["Key"] for tag in self.properties.get("Tags") or [] if tag["Key"] not in kept]
        if gone:
            self.call("events", "UntagResource", {"ResourceARN": arn, "TagKeys": gone})
        if tags:
            self.call("events", "TagResource", {"ResourceARN": arn, "Tags": tags})

    def _remove(self, ids: list[str]) -> None:
        if ids:
            self.call("events", "RemoveTargets", {**self._on_bus(self.properties), "Ids": ids})

    def _on_bus(self, properties: Properties) -> Properties:
        bus = {key: properties[key] for key in ("EventBusName",) if key in properties}
        return {"Rule": self.physical_resource_id, **bus}


def _ids(properties: Properties) -> list[str]:
    return [target["Id"] for target in properties.get("Targets") or []]
