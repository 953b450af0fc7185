"""Who may tag a cluster decides nothing about its roles, and permissions are never wider than the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.policy.test_roles import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy import Policy

GIVES = (
    "found a rule that grants roles by the tag {keys} alone, so whoever may tag a cluster "
    "(redshift:CreateTags) gives it these roles; expected identifiers that name the clusters, or a key "
    "listed in sync_roles.trusted_tags and protected by the service control policy of `steward policy scp`"
)
TAKES = (
    "found no roles for {what}, whose roles would all be removed; expected identifiers in select that name "
    "these clusters"
)


@pytest.mark.parametrize(
    ("select", "roles", "sentence"),
    [
        ("{tags: {team: [bi]}}", "[copy]", "select: " + GIVES.format(keys='"team"')),
        (
            "{tags: {team: [bi]}, identifiers: ['*', '**']}",
            "[copy]",
            "select: " + GIVES.format(keys='"team"'),
        ),
        ("{tags: {team: [bi]}}", "[]", "roles: " + TAKES.format(what="clusters that a tag selects")),
        ("{tags: {kept: [bi]}}", "[]", "roles: " + TAKES.format(what="clusters that a tag selects")),
        ("{}", "[]", "roles: " + TAKES.format(what="every cluster")),
        ("{tags: {kept: [bi]}}", "[copy]", ""),
        ("{tags: {kept: [bi], team: [bi]}}", "[copy]", ""),
        ("{tags: {team: [bi]}, identifiers: ['bi-*']}", "[copy]", ""),
        ("{tags: {team: [bi]}, identifiers: ['bi-*']}", "[]", ""),
        ("{identifiers: ['*']}", "[]", ""),
        ("{}", "[copy]", ""),
    ],
)
def test_who_may_tag_neither_hands_out_roles_nor_takes_all_of_them_away(
    read: Callable[[str], Policy], refused: Callable[[str], list[str]], select: str, roles: str, sentence: str
) -> None:
    rule = f"  trusted_tags: [kept]\n  rules:\n    - {{name: a, roles: {roles}, select: {select}}}\n"
    text = SMALLEST.partition("  rules:")[0] + rule
    if sentence:
        assert refused(text) == [f"fleet.yaml:9: sync_roles.rules[0].{sentence}"]
    else:
        assert read(text).sync_roles is not None


def test_more_roles_than_permissions_can_list_need_a_path_and_get_nothing_wider(
    read: Callable[[str], Policy], refused: Callable[[str], list[str]]
) -> None:
    def rules(path: str) -> str:
        each = (
            f"    - {{name: r{n}, select: {{identifiers: [c{n}]}}, roles: [{path}r{n}]}}\n"
            for n in range(200)
        )
        return SMALLEST.partition("    - name")[0] + "".join(each)

    (sentence,) = refused(rules(""))
    assert sentence == (
        "fleet.yaml:7: sync_roles.rules: found 200 roles, more than the permissions of a function can list "
        "one by one (6,000 characters); expected fewer, or all of them under one IAM path: create them as "
        "redshift/NAME and write redshift/NAME here, and the permission is for that path"
    )
    section = read(rules("redshift/dwh/")).sync_roles
    assert section is not None
    assert section.passable_roles("123456789012", "cn-north-1") == [
        "arn:aws-cn:iam::123456789012:role/redshift/dwh/*"
    ]
    few = read(SMALLEST).sync_roles
    assert few is not None
    assert few.passable_roles("1", "eu-central-1") == ["arn:aws:iam::1:role/copy"]
