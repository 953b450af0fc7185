"""AWS::CDK::Metadata, which CDK puts into every template and which deploys nothing."""

from __future__ import annotations

from local.cloudformation.resource import Place, Properties, Resource


class Metadata(Resource):
    """What CDK counts its constructs with."""

    TYPE = "AWS::CDK::Metadata"

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """Nothing is made."""
        return cls(place, name, properties)

    def update(self, properties: Properties) -> None:
        """Nothing is there."""

    def delete(self) -> None:
        """Nothing is there."""
