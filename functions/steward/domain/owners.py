"""Which infrastructure code a cluster belongs to, as its tags say."""

from collections.abc import Iterable, Mapping

CLOUDFORMATION = "aws:cloudformation:stack-name"
"""CloudFormation writes it on everything that it creates, and nobody else can (AWS's own prefix)."""


def owner_of(tags: Mapping[str, str], stack_tags: Iterable[str]) -> str:
    """The owner in words for a sentence; empty for none.

    Args:
        tags: The cluster's.
        stack_tags: Keys by which other infrastructure code marks what it owns, as the policy names them.
    """
    if CLOUDFORMATION in tags:
        return f"the CloudFormation stack {tags[CLOUDFORMATION]}"
    marked = [f"the infrastructure code of its tag {key}={tags[key]}" for key in stack_tags if key in tags]
    return next(iter(marked), "")
