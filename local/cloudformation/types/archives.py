"""AWS::Events::Archive, by EventBridge's own API, so that every property arrives, also on an update."""

import json

from local.cloudformation.resource import Environment, Properties, Resource

SETTINGS = ("Description", "RetentionDays")


class Archive(Resource):
    """An archive of a bus."""

    TYPE = "AWS::Events::Archive"
    NAME = "ArchiveName"
    NAME_LENGTH = 48
    REPLACING = frozenset({"SourceArn"})
    KNOWN = frozenset({*SETTINGS, "ArchiveName", "EventPattern", "SourceArn"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"ArchiveName": name, "EventSourceArn": properties["SourceArn"], **_settings(properties)}
        arn = environment.call("events", "CreateArchive", given)["ArchiveArn"]
        return cls(environment, name, properties, {"Arn": arn, "ArchiveName": name})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("events", "DescribeArchive", {"ArchiveName": name})

    def update(self, properties: Properties) -> None:
        given = {"ArchiveName": self.physical_resource_id, **_settings(properties)}
        self.call("events", "UpdateArchive", given)

    def delete(self) -> None:
        self.call("events", "DeleteArchive", {"ArchiveName": self.physical_resource_id})


def _settings(properties: Properties) -> Properties:
    given = {key: properties[key] for key in SETTINGS if key in properties}
    pattern = properties.get("EventPattern")
    return given | ({"EventPattern": json.dumps(pattern)} if pattern is not None else {})
