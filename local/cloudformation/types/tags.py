"""Tags in the two shapes that AWS APIs use."""


def as_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags as name to value, from CloudFormation's list of Key and Value."""
    return {tag["Key"]: tag["Value"] for tag in tags or []}
