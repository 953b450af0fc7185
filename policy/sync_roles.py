"""The policy's section ``sync_roles``: which clusters have which IAM roles."""

from __future__ import annotations

import re
from datetime import timedelta
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

EXPECTED_ROLE = (
    "the ARN of an IAM role, or its name for the role in each environment's own account, for example "
    '"arn:aws:iam::123456789012:role/redshift-copy" or "redshift-copy"'
)
SERVICE_LINKED = (
    "a role of your own: a service-linked role is managed by AWS, and Redshift refuses to be asked for it"
)
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
        f"one of the rule's roles, {NONE} (there is to be no default role) or {KEEP} (it is left as it is)",
        _read_default,
        {"type": "string", "pattern": _ROLE, "maxLength": LONGEST_ARN, "examples": ["redshift-copy", NONE]},
    ),
]
RolePattern = Annotated[
    str,
    f.text(
        "a role's name or ARN in which * stands for any characters and ? for one",
        rf"^({_CHARACTERS}+|arn:[a-z*?-]+:iam::[0-9*?]+:role/[A-Za-z0-9_+=,.@*?/-]+)$",
        "terraform-*",
        longest=LONGEST_ARN,
    ),
]


class RoleRule(Section):
    """The roles of the clusters that it selects; a cluster has those of all rules that select it."""

    name: f.Name = Field(description="Stands in reasons and reports.")
    select: Select = Field(default=Select(), description="The clusters that it is about; all without it.")
    roles: list[Role] = Field(description="The roles that these clusters have; an empty list wants none.")
    default: DefaultRole = Field(
        default=KEEP,
        description="Their default role, one of roles; none: they have no default role; keep: it is left as"
        " it is, as long as its role stays.",
    )

    def to_domain(self, account: str, region: str) -> settings.RoleRule:
        """The rule as the domain has it in an environment: every role as its ARN."""
        return settings.RoleRule(
            name=self.name,
            select=self.select.selector(),
            roles=tuple(role_arn(role, account, region) for role in self.roles),
            default=self.default if self.default in {NONE, KEEP} else role_arn(self.default, account, region),
        )


class SyncRoles(Section):
    """Keeps the IAM roles of clusters as the rules say, and reports who changes them."""

    schedule: f.Schedule = Field(
        description="When a run starts, as an EventBridge Scheduler expression: cron(minutes hours"
        " day-of-month month day-of-week year), or rate(1 day). Changes by others start one of their own."
    )
    timezone: f.Timezone = Field(description="The IANA time zone of the schedule.")
    mode: Annotated[str, f.choice("report", "add", "exact")] = Field(
        default="report",
        description="report: change nothing, say what differs. add: add what is missing, never remove."
        " exact: also remove what no rule wants.",
    )
    rules: Annotated[list[RoleRule], Field(min_length=1)] = Field(
        description="Which clusters have which roles; clusters that no rule selects are left alone."
    )
    exclude: Exclude = Field(default=Exclude(), description="The clusters among them that are left alone.")
    keep: list[RolePattern] = Field(
        default=[],
        description="Patterns of role names, or of ARNs, that are never removed; service-linked roles never"
        " are.",
    )
    max_removals: Annotated[int, f.whole_number(0, 50)] = Field(
        default=5, description="A cluster that would lose more roles than this is refused."
    )
    max_concurrent: Annotated[int, f.whole_number(1, 100)] = Field(
        default=10, description="At most this many clusters are changed at the same time."
    )
    tolerated_failures: f.Percent = Field(
        default=20.0, description="No further cluster is started once more than this share has failed."
    )
    deadline: Annotated[timedelta, f.duration("10 minutes", "1 day")] = Field(
        default=timedelta(hours=1), description="The longest that one cluster's roles may take to be in-sync."
    )

    def to_domain(self, account: str, region: str) -> RoleSettings:
        """The section as the domain has it in an environment, every default filled in."""
        return RoleSettings(
            mode=Mode(self.mode),
            rules=tuple(rule.to_domain(account, region) for rule in self.rules),
            exclude=self.exclude.selector(),
            keep=tuple(self.keep),
            max_removals=self.max_removals,
            max_concurrent=self.max_concurrent,
            tolerated_failures_percent=self.tolerated_failures,
            deadline=self.deadline,
        )

    def settings(self, account: str, region: str) -> dict[str, Any]:
        """The section as the state machine of an environment carries it, as JSON."""
        return write_settings(self.to_domain(account, region))

    def roles(self, account: str, region: str) -> list[str]:
        """Every role that any rule wants, by ARN."""
        return sorted({role_arn(role, account, region) for rule in self.rules for role in rule.roles})
