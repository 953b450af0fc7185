"""CreateTags, DeleteTags and DescribeTags."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.errors import RedshiftError, invalid_combination, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import DELETING, PAUSED
from local.redshift.state.tags import TaggableResource, put_tags, remove_tags, tag_records
from local.redshift.validation import check_tag_key

MOTO_NAMES = {
    "cluster": "cluster",
    "snapshot": "snapshot",
    "cluster security group": "securitygroup",
    "security group": "securitygroup",
    "securitygroup": "securitygroup",
    "subnet group": "subnetgroup",
    "subnetgroup": "subnetgroup",
    "parameter group": "parametergroup",
    "parametergroup": "parametergroup",
}
"""Resource types as DescribeTags' callers write them → as moto's registry calls them."""

UNTAGGED = frozenset(
    {
        "cidr/ip",
        "ec2 security group",
        "hsm connection",
        "hsm certificate",
        "snapshot copy grant",
        "integration",
    }
)
"""Resource types that exist in the API but never have tags here."""


@call("CreateTags", resource=resources.tag_target)
def create_tags(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Tag a resource.

    Raises:
        RedshiftError: No such resource, tags that are not valid or too many, or a cluster that is busy.
    """
    now = backend.now()
    resource = backend.taggable_resource(parameters["ResourceName"])
    if isinstance(resource, Cluster) and (sentence := _reason_against_tags(resource, now)):
        raise invalid_state(sentence)
    put_tags(resource, parameters["Tags"])
    return {}


def _reason_against_tags(cluster: Cluster, now: datetime) -> str | None:
    is_paused = cluster.operation is None and cluster.status == PAUSED
    knob = cluster.knobs.tags_while_paused if is_paused else cluster.knobs.tags_while_busy
    return cluster.refusal_reason(now) if knob == "reject" else None


@call("DeleteTags", resource=resources.tag_target)
def delete_tags(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Remove tags from a resource, also from a busy one (no such error is modeled for this call).

    Raises:
        RedshiftError: No such resource, or a key that is not valid.
    """
    backend.now()
    resource = backend.taggable_resource(parameters["ResourceName"])
    for key in parameters["TagKeys"]:
        check_tag_key(key)
    remove_tags(resource, parameters["TagKeys"])
    return {}


@call("DescribeTags", resource=resources.tag_target)
def describe_tags(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All tags, or those of one resource or one type of resource.

    Raises:
        RedshiftError: Resource and type together, no such resource, or no such type.
    """
    records = tag_records(_resources(backend, parameters), parameters)
    return page_result(parameters, "TaggedResources", records, _record_key)


def _record_key(record: dict[str, Any]) -> str:
    return f"{record['ResourceName']} {record['Tag']['Key']}"


def _resources(backend: RedshiftBackend, parameters: dict[str, Any]) -> list[TaggableResource]:
    backend.now()
    name, kind = parameters.get("ResourceName"), parameters.get("ResourceType")
    if name and kind:
        raise invalid_combination(
            "You cannot filter a list of resources using an Amazon Resource Name (ARN) and a resource type "
            "together in the same request. Retry the request using either an ARN or a resource type, but "
            "not both."
        )
    if name:
        return [backend.taggable_resource(name)]
    if kind and kind.lower() in UNTAGGED:
        return []
    if kind and kind.lower() not in MOTO_NAMES:
        raise RedshiftError("ResourceNotFoundFault", f"resource of type '{kind}' not found.")
    wanted = MOTO_NAMES[kind.lower()] if kind else None
    return [
        resource
        for resource in backend.taggable(wanted)
        if not (isinstance(resource, Cluster) and resource.current_status() == DELETING)
    ]
