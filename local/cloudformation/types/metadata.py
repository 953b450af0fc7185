"""AWS::CDK::Metadata, which CDK puts into every template and which deploys nothing."""

from local.cloudformation.resource import Environment, Properties, Resource


class Metadata(Resource):
    """What CDK counts its constructs with."""

    TYPE = "AWS::CDK::Metadata"

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        """Nothing to create."""
        return cls(environment, name, properties)

    def update(self, properties: Properties) -> None:
        """Nothing to change."""

    def delete(self) -> None:
        """Nothing to delete."""
