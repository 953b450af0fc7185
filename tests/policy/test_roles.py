"""The policy's section sync_roles: what it means, and each refusal as the sentence that a user sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from policy import Policy, load
from steward.domain.deployed_settings import parse_settings
from steward.domain.selection import Selector
from steward.domain.sync_roles.settings import RoleSettings

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "fleet.yaml"

SMALLEST = """\
environments:
  - {name: production, account: "123456789012", region: eu-central-1}
rotate_keys: {schedule: rate(7 days), timezone: UTC, max_age: 1 day}
sync_roles:
  schedule: rate(1 day)
  timezone: UTC
  rules:
    - name: standard
      roles: [copy]
"""


def test_the_example_is_read_by_the_domain_as_it_is_written() -> None:
    section = load(EXAMPLE).sync_roles
    assert section is not None
    settings = section.settings("123456789012", "eu-central-1")
    assert json.loads(json.dumps(settings)) == settings
    lake = parse_settings(RoleSettings, settings).rules[1]
    assert (lake.name, lake.select) == ("data lake", Selector({"steward:roles": ("lake",)}, ("*",)))
    assert lake.default == lake.roles[0] == "arn:aws:iam::123456789012:role/redshift-spectrum"
    assert "arn:aws:iam::123456789012:role/redshift-copy" in section.roles("123456789012", "eu-central-1")


def test_a_role_by_name_is_that_of_each_environments_own_account_and_partition(
    read: Callable[[str], Policy],
) -> None:
    section = read(SMALLEST.replace("[copy]", "[copy]\n      default: copy")).sync_roles
    assert section is not None
    assert section.settings("1" * 12, "cn-north-1")["rules"] == [
        {
            "name": "standard",
            "select": {"tags": {}, "identifiers": ["*"]},
            "roles": ["arn:aws-cn:iam::111111111111:role/copy"],
            "default": "arn:aws-cn:iam::111111111111:role/copy",
        }
    ]


def test_what_may_be_left_out_has_a_careful_default_and_so_has_the_whole_section(
    read: Callable[[str], Policy],
) -> None:
    section = read(SMALLEST).sync_roles
    assert section is not None
    settings = section.settings("1" * 12, "eu-central-1")
    assert {key: settings[key] for key in settings.keys() - {"rules"}} == {
        "mode": "report",
        "exclude": {"tags": {}, "identifiers": []},
        "keep": [],
        "stack_tags": [],
        "max_removals": 5,
        "max_concurrent": 10,
        "tolerated_failures_percent": 20,
        "deadline_seconds": 3600,
    }
    assert settings["rules"][0]["default"] == "keep"
    assert read(SMALLEST.partition("sync_roles")[0]).sync_roles is None


EXPECTED_ROLE = (
    "expected the ARN of an IAM role, or its name for the role in each environment's own account, "
    'for example "arn:aws:iam::123456789012:role/redshift-copy" or "redshift-copy"'
)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[copy]",
            "[arn:aws:iam::12:role/copy]",
            f'9: sync_roles.rules[0].roles[0]: found "arn:aws:iam::12:role/copy"; {EXPECTED_ROLE}',
        ),
        ("[copy]", "[7]", f"9: sync_roles.rules[0].roles[0]: found the number 7; {EXPECTED_ROLE}"),
        (
            "[copy]",
            "[aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift]",
            (
                "9: sync_roles.rules[0].roles[0]: found text of 65 characters; expected a role that is "
                "not service-linked; AWS manages those, and Redshift refuses to attach them"
            ),
        ),
        (
            "[copy]",
            "[arn:aws:iam::210987654321:role/copy]",
            (
                '9: sync_roles.rules[0].roles[0]: found "arn:aws:iam::210987654321:role/copy", a '
                'role in account 210987654321, but the environment "production" is account '
                "123456789012; expected a role in that account, or just the role's name, which works "
                "in every account"
            ),
        ),
        (
            "[copy]",
            "[arn:aws-cn:iam::123456789012:role/copy]",
            (
                '9: sync_roles.rules[0].roles[0]: found "arn:aws-cn:iam::123456789012:role/copy", '
                'a role in the partition aws-cn, but the environment "production" is in '
                "eu-central-1, which belongs to aws; expected arn:aws:…"
            ),
        ),
        (
            "[copy]",
            "[copy, copy]",
            '9: sync_roles.rules[0].roles[1]: found "copy" twice in sync_roles.rules[0].roles; keep one',
        ),
        (
            "[copy]",
            "[copy]\n      default: unload",
            (
                '10: sync_roles.rules[0].default: found "unload", which is not one of the roles of the rule '
                '"standard"; expected one of them, none or keep'
            ),
        ),
        (
            "[copy]",
            "[copy]\n      default: no such!",
            (
                '10: sync_roles.rules[0].default: found "no such!"; expected one of the rule\'s '
                "roles, none (no default role) or keep (the default role is not changed)"
            ),
        ),
        (
            "rules:",
            "mode: exactly\n  rules:",
            '7: sync_roles.mode: found "exactly"; expected report, add or exact (did you mean "exact"?)',
        ),
        (
            "rules:",
            "max_removals: 51\n  rules:",
            "7: sync_roles.max_removals: found the number 51; expected a whole number from 0 to 50",
        ),
        (
            "rules:",
            "deadline: 5 minutes\n  rules:",
            '7: sync_roles.deadline: found "5 minutes"; expected a duration from 10 minutes to 1 day',
        ),
        (
            "rules:",
            'keep: ["kept/*"]\n  rules:',
            (
                '7: sync_roles.keep[0]: found "kept/*"; expected a role name or ARN (* matches any '
                'characters, ? matches one), for example "terraform-*"'
            ),
        ),
        (
            "  rules:\n    - name: standard\n      roles: [copy]\n",
            "  rules: []\n",
            "7: sync_roles.rules: found an empty list; expected a list of at least one item",
        ),
        (
            "roles: [copy]",
            "rolls: [copy]",
            (
                '9: sync_roles.rules[0].rolls: found the unknown key "rolls"; did you mean '
                '"roles"? expected one of name, select, roles, default'
            ),
        ),
        (
            "[copy]\n",
            "[copy]\n    - {name: standard, roles: [copy]}\n",
            (
                '10: sync_roles.rules[1].name: found name "standard", as in sync_roles.rules[0]; '
                "expected each only once"
            ),
        ),
    ],
)
def test_a_wrong_field_is_one_sentence_with_line_field_found_and_fix(
    refused: Callable[[str], list[str]], old: str, new: str, sentence: str
) -> None:
    assert refused(SMALLEST.replace(old, new, 1)) == [f"fleet.yaml:{sentence}"]


def test_an_arn_is_held_against_every_environment(refused: Callable[[str], list[str]]) -> None:
    other = '  - {name: staging, account: "210987654321", region: eu-west-1}\nrotate_keys'
    both = SMALLEST.replace("rotate_keys", other, 1)
    (sentence,) = refused(both.replace("[copy]", "[arn:aws:iam::123456789012:role/copy]"))
    assert 'but the environment "staging" is account 210987654321' in sentence


def two_rules(first: str, second: str) -> str:
    """The smallest policy with two rules that have these selectors and different defaults."""
    start = SMALLEST.partition("    - name")[0].replace("  rules:", "  trusted_tags: [team, tier]\n  rules:")
    return (
        f"{start}    - {{name: lake, roles: [spectrum], default: spectrum{first}}}\n"
        f"    - {{name: bare, roles: [spare], default: none{second}}}\n"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", ", select: {tags: {team: [bi]}}"),
        (", select: {identifiers: [finance-dwh]}", ", select: {identifiers: ['finance-*']}"),
        (", select: {tags: {team: ['*']}}", ", select: {tags: {team: [bi], tier: [gold]}}"),
    ],
)
def test_two_rules_that_surely_select_the_same_clusters_must_agree_on_their_default(
    refused: Callable[[str], list[str]], first: str, second: str
) -> None:
    assert refused(two_rules(first, second)) == [
        (
            'fleet.yaml:10: sync_roles.rules[1].default: found "none", but the rule "lake", which '
            'selects the same clusters, sets "spectrum" as their default; set `default: keep` in '
            "one of them"
        )
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (", select: {tags: {team: [bi]}}", ", select: {tags: {team: [ml]}}"),
        (", select: {tags: {team: [bi]}}", ", select: {tags: {tier: [gold]}}"),
        (", select: {tags: {team: ['*']}}", ", select: {tags: {tier: [gold]}}"),
        (", select: {identifiers: ['a*']}", ", select: {identifiers: ['a?', b]}"),
    ],
)
def test_rules_that_only_may_meet_are_left_to_the_plan(
    read: Callable[[str], Policy], first: str, second: str
) -> None:
    assert read(two_rules(first, second)).sync_roles is not None


def test_a_name_and_an_arn_of_one_role_are_no_different_defaults(read: Callable[[str], Policy]) -> None:
    text = (
        two_rules("", "")
        .replace("roles: [spare], default: none", "roles: [&r ARN], default: ARN")
        .replace("&r ", "")
    )
    assert read(text.replace("ARN", "arn:aws:iam::123456789012:role/spectrum")).sync_roles is not None


def many(count: int, start: int = 0) -> str:
    return "[" + ", ".join(f"role-{n}" for n in range(start, start + count)) + "]"


def test_more_roles_than_redshift_allows_are_refused_with_the_rules_name(
    refused: Callable[[str], list[str]], read: Callable[[str], Policy]
) -> None:
    assert read(SMALLEST.replace("[copy]", many(50))).sync_roles is not None
    assert refused(SMALLEST.replace("[copy]", many(51))) == [
        (
            'fleet.yaml:9: sync_roles.rules[0].roles: the rule "standard" gives a cluster '
            "51 roles; expected at most 50, Redshift's quota in eu-central-1"
        )
    ]
    (small,) = refused(SMALLEST.replace("[copy]", many(11)).replace("eu-central-1", "us-iso-east-1"))
    assert "expected at most 10" in small


def test_rules_that_together_want_too_many_are_both_named(refused: Callable[[str], list[str]]) -> None:
    text = SMALLEST.replace("[copy]", many(30))
    finance = f"    - {{name: finance, select: {{identifiers: ['fin-*']}}, roles: {many(30, 25)}}}\n"
    assert refused(text + finance) == [
        (
            'fleet.yaml:10: sync_roles.rules[1].roles: the rules "finance" and "standard" '
            "together give the same clusters 55 roles; expected at most 50, Redshift's quota in "
            "eu-central-1"
        )
    ]


def test_a_section_that_no_state_machine_could_carry_is_refused(refused: Callable[[str], list[str]]) -> None:
    rules = "".join(
        f"    - {{name: r{n}, select: {{identifiers: [c{n}]}}, roles: {many(20)}}}\n" for n in range(80)
    )
    (sentence,) = refused(SMALLEST.partition("    - name")[0] + rules)
    assert sentence.startswith("fleet.yaml:4: sync_roles: takes ")
    assert sentence.endswith("bytes as JSON; expected at most 65,536; shorten its lists")


def test_mistakes_in_one_part_do_not_hide_those_in_others(refused: Callable[[str], list[str]]) -> None:
    wrong = SMALLEST.replace("[copy]", "[copy, 7]\n      default: other").replace(
        "timezone: UTC\n  rules", "rules"
    )
    assert [sentence.split(": ")[1] for sentence in refused(wrong)] == [
        "sync_roles.timezone",
        "sync_roles.rules[0].roles[1]",
        "sync_roles.rules[0].default",
    ]


@pytest.mark.parametrize(
    "rules", ["rules: nothing", "rules: [nothing]", "rules: [{name: a, roles: nothing}]"]
)
def test_a_rule_of_the_wrong_shape_is_told_as_such_and_nothing_else(
    refused: Callable[[str], list[str]], rules: str
) -> None:
    (sentence,) = refused(SMALLEST.partition("rules:")[0] + rules + "\n")
    assert 'found "nothing"; expected' in sentence
