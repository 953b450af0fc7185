"""Records that calls only read: endpoints, datashares, integrations, scheduled actions, limits, nodes."""

from dataclasses import dataclass, field
from typing import Any

from local.redshift.errors import RedshiftError

Record = dict[str, Any]


def matching(records: list[Record], parameters: dict[str, Any], *names: str) -> list[Record]:
    """The records that have the values of those of the named parameters that were given."""
    asked = {name: parameters[name] for name in names if name in parameters}
    return [record for record in records if all(record.get(name) == asked[name] for name in asked)]


def require_match(records: list[Record], parameters: dict[str, Any], name: str, code: str) -> None:
    """Refuse a call that names a record which does not exist.

    Raises:
        RedshiftError: With ``code``.
    """
    if name in parameters and not records:
        raise RedshiftError(code, f"{name} {parameters[name]} not found.")


@dataclass
class Inventory:
    """Records in the shapes of the API, as the fleet file declares them."""

    endpoints: list[Record] = field(default_factory=list)
    endpoint_authorizations: list[Record] = field(default_factory=list)
    datashares: list[Record] = field(default_factory=list)
    integrations: list[Record] = field(default_factory=list)
    scheduled_actions: list[Record] = field(default_factory=list)
    usage_limits: list[Record] = field(default_factory=list)
    reserved_nodes: list[Record] = field(default_factory=list)

    def integrations_into(self, namespace_arn: str) -> list[Record]:
        """The zero-ETL integrations whose target a cluster is."""
        return [record for record in self.integrations if record["TargetArn"] == namespace_arn]

    def forget_cluster(self, identifier: str, namespace_arn: str) -> None:
        """Delete a cluster's endpoints, limits and shares; its scheduled actions stay."""
        self.endpoints = [record for record in self.endpoints if record["ClusterIdentifier"] != identifier]
        self.usage_limits = [
            record for record in self.usage_limits if record["ClusterIdentifier"] != identifier
        ]
        self.datashares = [record for record in self.datashares if record["ProducerArn"] != namespace_arn]
