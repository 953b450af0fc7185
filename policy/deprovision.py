"""The policy's section ``deprovision``: which clusters may be deleted, who approves, which checks apply.

No key turns the snapshot guard off.
"""

from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from policy import fields as f
from policy.field_spec import FieldSpec
from policy.sections import Exclude, Section
from steward.domain.approvals.identity import pattern_problem
from steward.domain.deployed_settings import write_settings
from steward.domain.deprovision.blockers import NEVER_WAIVED, WAIVABLE
from steward.domain.deprovision.settings import (
    ApprovalSettings,
    DeprovisionSettings,
    IdleRule,
    SnapshotSettings,
)
from steward.domain.durations import DURATION_PATTERN, SECONDS_PER_UNIT, parse_duration

FOREVER = "forever"
LONGEST_RETENTION = 3653
"""Days: the longest retention of a manual snapshot (Redshift API reference, CreateClusterSnapshot)."""

LONGEST_IDLE = 60
"""Days: CloudTrail, which shows when a cluster was paused, reaches back 90, less what a run may take."""

EXPECTED_RETENTION = (
    f'"{FOREVER}", or a whole number of days from 1 to {LONGEST_RETENTION}, for example "365 days"'
)
EXPECTED_WAIVABLE = f"one of {', '.join(WAIVABLE)}"
EXPECTED_APPROVER = (
    'the ARN of an IAM user, role or session, for example "arn:aws:iam::123456789012:role/dba" '
    "(* and ? are wildcards after the service)"
)


def _read_retention(value: Any) -> int:
    if value == FOREVER:
        return -1
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004  # pydantic collects ValueErrors, a TypeError would escape
    try:
        days, rest = divmod(parse_duration(value), SECONDS_PER_UNIT["day"])
    except ValueError:
        # its message would mention neither days nor forever
        raise ValueError from None
    if rest or not 1 <= days <= LONGEST_RETENTION:
        raise ValueError
    return days


def _read_waivable(value: Any) -> str:
    if value in NEVER_WAIVED:
        raise ValueError(f"{EXPECTED_WAIVABLE}; {value} cannot be waived")
    if value not in WAIVABLE:
        raise ValueError
    return str(value)


def _read_approver(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004  # as in _read_retention
    problem = pattern_problem(value)
    if problem:
        raise ValueError(problem.removeprefix("expected "))
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004  # as in _read_retention
    return value


def _read_threshold(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError
    return value


Flag = Annotated[bool, FieldSpec("true or false", _read_flag, {"type": "boolean"})]
Retention = Annotated[
    int,
    FieldSpec(
        EXPECTED_RETENTION,
        _read_retention,
        {"anyOf": [{"const": FOREVER}, {"type": "string", "pattern": DURATION_PATTERN}]},
    ),
]
Waivable = Annotated[str, FieldSpec(EXPECTED_WAIVABLE, _read_waivable, {"enum": list(WAIVABLE)})]
Approver = Annotated[
    str,
    FieldSpec(EXPECTED_APPROVER, _read_approver, {"type": "string", "pattern": "^arn:", "maxLength": 600}),
]
FederatedRole = Annotated[
    str,
    f.text(
        "the ARN of an IAM role, its name without wildcards",
        r"^arn:[a-z-]+:iam::([0-9]{12}|\*):role/[\w+=,.@/-]+$",
        "arn:aws:iam::123456789012:role/sso-dba",
        longest=600,
    ),
]
Threshold = Annotated[
    float, FieldSpec("a number, 0 or greater", _read_threshold, {"type": "number", "minimum": 0})
]
SnapshotTagKey = Annotated[
    str,
    f.text(
        "a tag key without control characters that does not start with aws: or steward:",
        r"^(?!aws:|steward:)[^\x00-\x1f\x7f]+$",
        "cost-center",
        longest=128,
    ),
]
SnapshotTagValue = Annotated[
    str,
    f.text("a tag value without control characters", r"^[^\x00-\x1f\x7f]*$", "4711"),
]
Reason = Annotated[
    str, f.text("a sentence with the reason", r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", "…", longest=300)
]


class Approval(Section):
    """Who must approve a deletion. An approval is bound to exactly one plan."""

    required: Flag = Field(default=True, description="Whether a person must approve each deletion.")
    expires_after: Annotated[timedelta, f.duration("15 minutes", "30 days")] = Field(
        default=timedelta(days=3), description="A request expires after this time without an answer."
    )
    approvers: list[Approver] = Field(
        default=[],
        description="Patterns of the IAM ARNs of those who may approve; default: everyone whom IAM allows to"
        " call the approvals URL.",
    )
    four_eyes: Flag = Field(
        default=True, description="Whether the approver must be a different person from the requester."
    )

    federated_roles: list[FederatedRole] = Field(
        default=[],
        description="ARNs of IAM roles that people get into through an identity provider only (SAML or OIDC),"
        " which names their sessions: each session is a person. Those of IAM Identity Center count anyway.",
    )

    def to_domain(self) -> ApprovalSettings:
        return ApprovalSettings(
            self.required,
            self.expires_after,
            tuple(self.approvers),
            self.four_eyes,
            tuple(self.federated_roles),
        )


class Idle(Section):
    """When a cluster counts as unused. Missing data never counts as idle."""

    days: Annotated[int, f.whole_number(1, LONGEST_IDLE)] = Field(
        description="How many days, hour by hour, up to now."
    )
    metric: Annotated[str, f.choice("DatabaseConnections", "CPUUtilization")] = Field(
        default="DatabaseConnections", description="The CloudWatch metric in AWS/Redshift that shows use."
    )
    threshold: Threshold = Field(default=0, description="Idle as long as no hour's maximum is above this.")

    def to_domain(self) -> IdleRule:
        return IdleRule(self.days, self.metric, self.threshold)


class SnapshotPolicy(Section):
    """How the guard and final snapshots are kept. That they are taken and verified is not configurable."""

    retention: Retention = Field(
        default=-1, description="How long they are kept: forever, or a number of days."
    )
    tags: dict[SnapshotTagKey, SnapshotTagValue] = Field(
        default={}, description="Their tags, in addition to steward:run."
    )

    def to_domain(self) -> SnapshotSettings:
        return SnapshotSettings(self.retention, self.tags)


class Deprovision(Section):
    """Deletes clusters that are nominated by the tag steward:delete-after or by the input of a run."""

    schedule: f.Schedule = Field(
        description="When a run looks for nominated clusters, as an EventBridge Scheduler expression:"
        " cron(minutes hours day-of-month month day-of-week year), or rate(1 day)."
    )
    timezone: f.Timezone = Field(
        description="The IANA time zone of the schedule, and of the dates in steward:delete-after."
    )
    protected: Exclude = Field(
        default=Exclude(),
        description="Clusters that are never deleted, whoever requests it; IAM denies it, too. The tag"
        " steward:protected always protects a cluster.",
    )
    approval: Approval = Field(default=Approval(), description="Who must approve a deletion.")
    idle: Idle | None = Field(
        default=None,
        description="Clusters that were used recently are not deleted; default: not checked.",
    )
    quarantine: Annotated[timedelta | None, f.duration("1 hour", "30 days")] = Field(
        default=None, description="How long a cluster is paused before it is deleted; default: not at all."
    )
    rotate_first: Flag = Field(
        default=True,
        description="Whether to rotate its keys first: a deleted cluster's snapshots keep theirs.",
    )
    restore_test: Flag = Field(
        default=False,
        description="Whether the guard snapshot is restored once, into a temporary cluster that costs money.",
    )
    snapshot: SnapshotPolicy = Field(default=SnapshotPolicy(), description="How snapshots are kept.")
    stack_tags: list[f.TagKey] = Field(
        default=[],
        description="Keys of tags by which infrastructure code other than CloudFormation, such as Terraform,"
        " marks the clusters that it owns. They are not deleted, unless stack_owned is waived.",
    )
    waive: dict[Waivable, Reason] = Field(default={}, description="Blockers to ignore, each with the reason.")
    max_concurrent: Annotated[int, f.whole_number(1, 100)] = Field(
        default=10,
        description="How many clusters are in progress at the same time, at most, including those in"
        " quarantine and those that wait for approval.",
    )
    max_per_run: Annotated[int, f.whole_number(1, 100)] = Field(
        default=5, description="A run that would delete more clusters than this is refused and deletes none."
    )
    deadline: f.Deadline = Field(
        default=timedelta(days=1), description="How long any one step with a cluster may take."
    )

    def to_domain(self) -> DeprovisionSettings:
        return DeprovisionSettings(
            timezone=ZoneInfo(self.timezone),
            declared_protected=self.protected.selector(),
            approval=self.approval.to_domain(),
            idle=self.idle.to_domain() if self.idle else None,
            quarantine=self.quarantine or timedelta(),
            rotate_first=self.rotate_first,
            restore_test=self.restore_test,
            snapshot=self.snapshot.to_domain(),
            waived=self.waive,
            stack_tags=tuple(self.stack_tags),
            max_concurrent=self.max_concurrent,
            max_per_run=self.max_per_run,
            deadline=self.deadline,
        )

    def settings(self) -> dict[str, Any]:
        return write_settings(self.to_domain())
