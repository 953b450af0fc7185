"""Tags of every taggable resource: put, removed, listed, and selected by."""

from collections.abc import Iterable
from typing import Any, Protocol

from local.redshift.errors import RedshiftError
from local.redshift.validation import MOST_TAGS, check_tags

Tag = dict[str, str]


class TaggableResource(Protocol):
    """What can carry tags: ours and moto's resources alike."""

    tags: list[Tag]

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def resource_type(self) -> str:
        """What kind of resource it is, as DescribeTags calls it."""


def put_tags(resource: TaggableResource, tags: list[dict[str, Any]], *, by_aws: bool = False) -> None:
    """Add tags, replacing those of the same keys; ``by_aws`` as in `check_tags`.

    Raises:
        RedshiftError: ``InvalidTagFault``, or ``TagLimitExceededFault`` beyond 50.
    """
    resource.tags = merge_tags(resource.tags, tags, by_aws=by_aws)


def merge_tags(present: list[Tag], tags: list[dict[str, Any]], *, by_aws: bool = False) -> list[Tag]:
    """Present tags and new ones, the new ones winning; checked like `put_tags`."""
    check_tags(tags, by_aws=by_aws)
    values = {tag["Key"]: tag["Value"] for tag in present}
    values.update({tag["Key"]: tag.get("Value") or "" for tag in tags})
    if len(values) > MOST_TAGS:
        raise RedshiftError("TagLimitExceededFault", f"A resource can have up to {MOST_TAGS} tags.")
    return [{"Key": key, "Value": value} for key, value in values.items()]


def remove_tags(resource: TaggableResource, keys: list[str]) -> None:
    """Remove tags; absent keys are ignored."""
    resource.tags = [tag for tag in resource.tags if tag["Key"] not in keys]


def selects(parameters: dict[str, Any], tags: Iterable[Tag]) -> bool:
    """Whether TagKeys and TagValues select a resource: *any* of the keys, *any* of the values."""
    keys, values = parameters.get("TagKeys"), parameters.get("TagValues")
    if not keys and not values:
        return True
    return any((not keys or tag["Key"] in keys) and (not values or tag["Value"] in values) for tag in tags)


def tag_records(resources: Iterable[TaggableResource], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of DescribeTags for some resources."""
    return [
        {"ResourceName": resource.arn, "ResourceType": resource.resource_type, "Tag": dict(tag)}
        for resource in resources
        for tag in resource.tags
        if selects(parameters, [tag])
    ]
