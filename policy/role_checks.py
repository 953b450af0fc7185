"""The rules of the section ``sync_roles`` that involve more than one field."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policy import fields as f
from policy.problems import Path, Problem
from policy.sections import Select
from policy.sync_roles import LONGEST_LIST, DefaultRole, Role, passable
from policy.tag_checks import tag_problems
from steward.domain.sync_roles.arn import parse_role_arn, partition_of, role_arn, role_quota
from steward.domain.sync_roles.settings import KEEP, NONE

ANY = "*"


@dataclass(frozen=True)
class _Environment:
    name: str
    account: str
    region: str


@dataclass(frozen=True)
class _Rule:
    """The valid parts of a rule; an invalid part is reported elsewhere and empty here."""

    path: Path
    name: str
    select: Select | None
    names_identifiers: bool
    is_empty: bool
    roles: dict[int, str]
    default: str


def role_problems(values: dict[str, Any]) -> Iterator[Problem]:
    """All problems between fields of the section, and between it and the environments."""
    section = values.get("sync_roles")
    rules = _rules(section.get("rules")) if isinstance(section, dict) else []
    environments = _environments(values.get("environments"))
    for rule in rules:
        for environment in environments:
            yield from _foreign_roles(rule, environment)
        yield from _default_outside(rule, environments)
    trusted = _trusted(section)
    for rule in rules:
        if rule.select is not None:
            names, empty = rule.names_identifiers, rule.is_empty
            yield from tag_problems(rule.path, rule.select, trusted, names=names, empty=empty)
    yield from _different_defaults(rules, environments)
    for environment in environments:
        yield from _too_many(rules, environment)
        yield from _beyond_permissions(rules, environment)


def _trusted(section: Any) -> list[str]:
    listed = section.get("trusted_tags") if isinstance(section, dict) else None
    return [key for key in listed if isinstance(key, str)] if isinstance(listed, list) else []


def _beyond_permissions(rules: list[_Rule], environment: _Environment) -> Iterator[Problem]:
    """More roles than the permissions of a function can list."""
    arns = {_as_arn(role, [environment]) for rule in rules for role in rule.roles.values()}
    if not arns or passable(arns):
        return
    message = (
        f"found {len(arns)} roles, more than the permissions of a function can list one by one "
        f"({LONGEST_LIST:,} characters); expected fewer, or all of them under one IAM path: create them as "
        "redshift/NAME and write redshift/NAME here, and the permission is for that path"
    )
    yield Problem(("sync_roles", "rules"), message)


def _foreign_roles(rule: _Rule, environment: _Environment) -> Iterator[Problem]:
    """ARNs in another account or partition than an environment."""
    for index, role in rule.roles.items():
        if not role.startswith("arn:"):
            continue
        arn, where = parse_role_arn(role), f'but the environment "{environment.name}" is'
        partition = partition_of(environment.region)
        if arn.account != environment.account:
            message = (
                f'found "{role}", a role in account {arn.account}, {where} account {environment.account}; '
                f"expected a role in that account, or just the role's name, which works in every account"
            )
            yield Problem((*rule.path, "roles", index), message)
        elif arn.partition != partition:
            message = (
                f'found "{role}", a role in the partition {arn.partition}, {where} in {environment.region}, '
                f"which belongs to {partition}; expected arn:{partition}:…"
            )
            yield Problem((*rule.path, "roles", index), message)


def _default_outside(rule: _Rule, environments: list[_Environment]) -> Iterator[Problem]:
    roles = {_as_arn(role, environments) for role in rule.roles.values()}
    if rule.default in {"", NONE, KEEP} or _as_arn(rule.default, environments) in roles:
        return
    message = (
        f'found "{rule.default}", which is not one of the roles of the rule "{rule.name}"; '
        f"expected one of them, {NONE} or {KEEP}"
    )
    yield Problem((*rule.path, "default"), message)


def _different_defaults(rules: list[_Rule], environments: list[_Environment]) -> Iterator[Problem]:
    """Pairs of rules with different defaults where one selects every cluster of the other."""
    opinions = [rule for rule in rules if rule.default not in {"", KEEP}]
    for position, later in enumerate(opinions):
        for earlier in opinions[:position]:
            same = _as_arn(earlier.default, environments) == _as_arn(later.default, environments)
            if not same and (_covers(earlier, later) or _covers(later, earlier)):
                message = (
                    f'found "{later.default}", but the rule "{earlier.name}", which selects the same '
                    f'clusters, sets "{earlier.default}" as their default; set `default: {KEEP}` in one'
                    " of them"
                )
                yield Problem((*later.path, "default"), message)
                break


def _too_many(rules: list[_Rule], environment: _Environment) -> Iterator[Problem]:
    """Rules that exceed Redshift's quota, alone or together with rules for the same clusters."""
    quota = role_quota(environment.region)
    for rule in rules:
        others = [other for other in rules if other is not rule and _covers(other, rule)]
        meant = {_as_arn(role, [environment]) for each in (rule, *others) for role in each.roles.values()}
        if len(meant) <= quota:
            continue
        named = [f'"{each.name}"' for each in (rule, *others)]
        alone = f"the rule {named[0]} gives a cluster {len(meant)} roles"
        together = f"the rules {' and '.join(named)} together give the same clusters {len(meant)} roles"
        message = f"{together if others else alone}; expected at most {quota}, Redshift's quota"
        yield Problem((*rule.path, "roles"), f"{message} in {environment.region}")


def _covers(wide: _Rule, narrow: _Rule) -> bool:
    """Whether ``wide`` certainly selects every cluster that ``narrow`` selects."""
    if wide.select is None or narrow.select is None:
        return False
    return all(
        _tag_covers(values, narrow.select.tags.get(key)) for key, values in wide.select.tags.items()
    ) and all(
        any(pattern_covers(of, pattern) for of in wide.select.identifiers)
        for pattern in narrow.select.identifiers
    )


def _tag_covers(wide: list[str], narrow: list[str] | None) -> bool:
    return narrow is not None and (ANY in wide or (ANY not in narrow and set(narrow) <= set(wide)))


def pattern_covers(wide: str, narrow: str) -> bool:
    """Whether ``wide`` matches all that ``narrow`` does: as plain text, but a * is more than one ?."""
    return fnmatchcase(narrow, wide) and not ("?" in wide and ANY in narrow)


def _as_arn(role: str, environments: list[_Environment]) -> str:
    """The role's ARN in the first environment, so that a name and an ARN can be compared."""
    if role in {NONE, KEEP} or not environments:
        return role
    return role_arn(role, environments[0].account, environments[0].region)


def _environments(items: Any) -> list[_Environment]:
    found = []
    for item in items if isinstance(items, list) else []:
        values = item if isinstance(item, dict) else {}
        account, region = (
            f.valid_or_none(f.Account, values.get("account")),
            f.valid_or_none(f.Region, values.get("region")),
        )
        if account and region:
            found.append(_Environment(str(values.get("name", "")), account, region))
    return found


def _rules(items: Any) -> list[_Rule]:
    found = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        values = item if isinstance(item, dict) else {}
        listed, select = values.get("roles"), values.get("select", {})
        roles = {
            n: f.valid_or_none(Role, role)
            for n, role in enumerate(listed if isinstance(listed, list) else [])
        }
        found.append(
            _Rule(
                ("sync_roles", "rules", index),
                str(values.get("name", "")),
                f.valid_or_none(Select, select),
                isinstance(select, dict) and "identifiers" in select,
                listed == [],
                {number: role for number, role in roles.items() if role},
                f.valid_or_none(DefaultRole, values.get("default", KEEP)) or "",
            )
        )
    return found
