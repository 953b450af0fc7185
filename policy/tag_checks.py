"""Who may tag a cluster must not thereby hand out roles, or take them away.

A rule of ``sync_roles`` that selects by tags alone gives its roles to whoever holds ``redshift:CreateTags``.
"""

from collections.abc import Iterator

from policy.problems import Path, Problem, quote
from policy.sections import Select

SCP_COMMAND = "`steward policy scp`"


def tag_problems(
    path: Path, select: Select, trusted: list[str], *, names: bool, empty: bool
) -> Iterator[Problem]:
    """What a rule's selector leaves to whoever may write tags.

    Args:
        path: Of the rule.
        select: Its selector.
        trusted: ``sync_roles.trusted_tags``.
        names: Whether the file itself names identifiers.
        empty: Whether the rule's list of roles is empty.
    """
    by_name = any(pattern.strip("*") for pattern in select.identifiers)
    if empty and not by_name and (select.tags or not names):
        yield Problem((*path, "roles"), _takes_all_away(select))
    elif not empty and not by_name:
        unprotected = [key for key in select.tags if key not in trusted]
        # every tag must match, so one that is protected is enough
        if unprotected and len(unprotected) == len(select.tags):
            yield Problem((*path, "select"), _gives(unprotected))


def _gives(keys: list[str]) -> str:
    listed = ", ".join(quote(key) for key in keys)
    return (
        f"found a rule that grants roles by the tag {listed} alone, so whoever may tag a cluster "
        "(redshift:CreateTags) gives it these roles; expected identifiers that name the clusters, or a key "
        f"listed in sync_roles.trusted_tags and protected by the service control policy of {SCP_COMMAND}"
    )


def _takes_all_away(select: Select) -> str:
    what = "clusters that a tag selects" if select.tags else "every cluster"
    return (
        f"found no roles for {what}, whose roles would all be removed; "
        "expected identifiers in select that name these clusters"
    )
