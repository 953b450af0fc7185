"""The policy's section ``sync_roles``: which clusters have which IAM roles."""

import re
from collections.abc import Iterable
from datetime import timedelta
from posixpath import commonpath
from typing import Annotated, Any

from pydantic import Field

from policy import fields as f
from policy.field_spec import FieldSpec
from policy.sections import Exclude, Section, Select
from steward.domain.deployed_settings import write_settings
from steward.domain.sync_roles import settings
from steward.domain.sync_roles.arn import ROLE_ARN, ROLE_NAME, ROLE_PATH, is_service_linked, role_arn
from steward.domain.sync_roles.settings import KEEP, NONE, Mode, RoleSettings

LONGEST_ARN = 600
"""Characters: IAM allows paths of 512."""

LONGEST_LIST = 6000
"""Characters of ARNs in a function's permissions: those of a role hold 10,240 in all (IAM quotas)."""

EXPECTED_ROLE = (
    "the ARN of an IAM role, or its name for the role in each environment's own account, for example "
    '"arn:aws:iam::123456789012:role/redshift-copy" or "redshift-copy"'
)
SERVICE_LINKED = "a role that is not service-linked; AWS manages those, and Redshift refuses to attach them"
_NAMED = rf"{ROLE_PATH}{ROLE_NAME}"
_ROLE = rf"^({ROLE_ARN}|{_NAMED})$"
_CHARACTERS = r"[A-Za-z0-9_+=,.@*?-]"


def _read_role(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ARN or re.fullmatch(_ROLE[1:-1], value) is None:
        raise ValueError
    if is_service_linked(role_arn(value, "0" * 12, "")):
        raise ValueError(SERVICE_LINKED)
    return value


def _read_default(value: Any) -> str:
    return str(value) if value in {NONE, KEEP} else _read_role(value)


Role = Annotated[
    str,
    FieldSpec(
        EXPECTED_ROLE,
        _read_role,
        {"type": "string", "pattern": _ROLE, "maxLength": LONGEST_ARN, "examples": ["redshift-copy"]},
    ),
]
DefaultRole = Annotated[
    str,
    FieldSpec(
        f"one of the rule's roles, {NONE} (no default role) or {KEEP} (the default role is not changed)",
        _read_default,
        {"type": "string", "pattern": _ROLE, "maxLength": LONGEST_ARN, "examples": ["redshift-copy", NONE]},
    ),
]
RolePattern = Annotated[
    str,
    f.text(
        "a role name or ARN (* matches any characters, ? matches one)",
        rf"^({_CHARACTERS}+|arn:[a-z*?-]+:iam::[0-9*?]+:role/[A-Za-z0-9_+=,.@*?/-]+)$",
        "terraform-*",
        longest=LONGEST_ARN,
    ),
]


class RoleRule(Section):
    """The roles of the clusters that it selects. A cluster has the roles of all rules that select it."""

    name: f.Name = Field(description="Shown in reasons and reports.")
    select: Select = Field(default=Select(), description="The clusters to which it applies; default: all.")
    roles: list[Role] = Field(description="The roles that these clusters have; an empty list means none.")
    default: DefaultRole = Field(
        default=KEEP,
        description="Their default role: one of roles; none (no default role); or keep (not changed while"
        " that role stays attached).",
    )

    def to_domain(self, account: str, region: str) -> settings.RoleRule:
        """The rule in the domain's form, for one environment: every role is an ARN."""
        return settings.RoleRule(
            name=self.name,
            select=self.select.selector(),
            roles=tuple(role_arn(role, account, region) for role in self.roles),
            default=self.default if self.default in {NONE, KEEP} else role_arn(self.default, account, region),
        )


class SyncRoles(Section):
    """Keeps the IAM roles of clusters as the rules declare them, and reports who changes them."""

    schedule: f.Schedule = Field(
        description="When a run starts, as an EventBridge Scheduler expression: cron(minutes hours"
        " day-of-month month day-of-week year), or rate(1 day). A change made by"
        " somebody else starts a run, too."
    )
    timezone: f.Timezone = Field(description="The IANA time zone of the schedule.")
    mode: Annotated[str, f.choice("report", "add", "exact")] = Field(
        default="report",
        description="report: change nothing, report the drift. add: add missing roles, never remove any."
        " exact: also remove roles that no rule grants.",
    )
    rules: Annotated[list[RoleRule], Field(min_length=1)] = Field(
        description="Which clusters have which roles. Clusters that no rule selects are left alone."
    )
    trusted_tags: list[f.TagKey] = Field(
        default=[],
        description="The keys of tags by which a rule may grant roles without naming identifiers. Whoever may"
        " write them hands out roles: protect them with the service control policy of `steward policy scp`.",
    )
    exclude: Exclude = Field(default=Exclude(), description="The clusters among them to leave alone.")
    keep: list[RolePattern] = Field(
        default=[],
        description="Patterns of role names or ARNs that are never removed. Service-linked roles never are.",
    )
    stack_tags: list[f.TagKey] = Field(
        default=[],
        description="Keys of tags by which infrastructure code other than CloudFormation, such as Terraform,"
        " marks the clusters that it owns. The reason of a drift names that owner.",
    )
    max_removals: Annotated[int, f.whole_number(0, 50)] = Field(
        default=5, description="A cluster that would lose more roles than this at once is refused."
    )
    max_concurrent: Annotated[int, f.whole_number(1, 100)] = Field(
        default=10, description="How many clusters are changed at the same time, at most."
    )
    tolerated_failures: f.Percent = Field(
        default=20.0, description="No more clusters are started when more than this share has failed."
    )
    deadline: Annotated[timedelta, f.duration("10 minutes", "1 day")] = Field(
        default=timedelta(hours=1), description="How long one cluster's roles may take to become in-sync."
    )

    def to_domain(self, account: str, region: str) -> RoleSettings:
        return RoleSettings(
            mode=Mode(self.mode),
            rules=tuple(rule.to_domain(account, region) for rule in self.rules),
            exclude=self.exclude.selector(),
            keep=tuple(self.keep),
            stack_tags=tuple(self.stack_tags),
            max_removals=self.max_removals,
            max_concurrent=self.max_concurrent,
            tolerated_failures_percent=self.tolerated_failures,
            deadline=self.deadline,
        )

    def settings(self, account: str, region: str) -> dict[str, Any]:
        return write_settings(self.to_domain(account, region))

    def roles(self, account: str, region: str) -> list[str]:
        """Every role that any rule wants, by ARN."""
        return sorted({role_arn(role, account, region) for rule in self.rules for role in rule.roles})

    def passable_roles(self, account: str, region: str) -> list[str]:
        """What functions may look at and pass: each role that any rule wants, or the path of all of them."""
        return passable(self.roles(account, region))


def passable(arns: Iterable[str]) -> list[str]:
    """The roles themselves; when they are too many for a policy of IAM, the path that all of them are under.

    Empty when they are too many and have no path in common: nothing wider is ever granted.
    """
    roles = sorted(arns)
    if sum(map(len, roles)) <= LONGEST_LIST:
        return roles
    common = commonpath(role.rpartition("/")[0] for role in roles)
    return [f"{common}/*"] if "/" in common else []
