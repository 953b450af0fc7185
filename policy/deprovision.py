"""The policy's section ``deprovision``: which clusters may go, who has to agree, what has to be safe.

There is no key that turns the snapshot guard off.
"""

from __future__ import annotations

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
"""Days that Redshift keeps a manual snapshot at most (API reference, CreateClusterSnapshot)."""

LONGEST_IDLE = 60
"""Days: CloudTrail, which tells when a cluster was paused, reaches back 90, with what a run itself takes."""

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
        # its own words would not speak of days and of forever
        raise ValueError from None
    if rest or not 1 <= days <= LONGEST_RETENTION:
        raise ValueError
    return days


def _read_waivable(value: Any) -> str:
    if value in NEVER_WAIVED:
        raise ValueError(f"{EXPECTED_WAIVABLE}; {value} can never be waived")
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
Threshold = Annotated[
    float, FieldSpec("a number from 0 up", _read_threshold, {"type": "number", "minimum": 0})
]
SnapshotTagKey = Annotated[
    str,
    f.text(
        "a tag key without control characters that does not begin with aws: or steward:",
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
    str, f.text("a sentence that says why", r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", "…", longest=300)
]


class Approval(Section):
    """Who has to say yes to each deletion; an approval is about exactly one plan."""

    required: Flag = Field(default=True, description="Whether a person has to approve each deletion.")
    expires_after: Annotated[timedelta, f.duration("15 minutes", "30 days")] = Field(
        default=timedelta(days=3), description="A request that nobody answers for so long has expired."
    )
    approvers: list[Approver] = Field(
        default=[],
        description="Patterns of the IAM ARNs of those who may approve; without it everybody whom IAM lets"
        " call the approvals' URL.",
    )
    four_eyes: Flag = Field(
        default=True, description="Whether the one who asked for a deletion may not be the one who approves."
    )

    def to_domain(self) -> ApprovalSettings:
        """The part as the domain has it."""
        return ApprovalSettings(self.required, self.expires_after, tuple(self.approvers), self.four_eyes)


class Idle(Section):
    """How a cluster shows that nobody uses it; what is not known never counts as idle."""

    days: Annotated[int, f.whole_number(1, LONGEST_IDLE)] = Field(
        description="For how many days, hour by hour, up to now."
    )
    metric: Annotated[str, f.choice("DatabaseConnections", "CPUUtilization")] = Field(
        default="DatabaseConnections", description="The CloudWatch metric of AWS/Redshift that shows use."
    )
    threshold: Threshold = Field(default=0, description="Idle as long as no hour's maximum is above it.")


class SnapshotPolicy(Section):
    """What becomes of guard and final snapshot; that they are taken and verified is no matter of policy."""

    retention: Retention = Field(default=-1, description="How long they are kept: forever, or days.")
    tags: dict[SnapshotTagKey, SnapshotTagValue] = Field(
        default={}, description="Tags that they get, besides steward:run."
    )


class Deprovision(Section):
    """Retires clusters that are nominated by the tag steward:delete-after, or by the input of a run."""

    schedule: f.Schedule = Field(
        description="When nominated clusters are looked for, as an EventBridge Scheduler expression:"
        " cron(minutes hours day-of-month month day-of-week year), or rate(1 day)."
    )
    timezone: f.Timezone = Field(
        description="The IANA time zone of the schedule, and of the dates in steward:delete-after."
    )
    protected: Exclude = Field(
        default=Exclude(),
        description="Clusters that are never deleted, whoever asks; IAM denies it, too. The tag"
        " steward:protected always protects.",
    )
    approval: Approval = Field(default=Approval(), description="Who has to say yes.")
    idle: Idle | None = Field(
        default=None, description="Clusters that were used are not deleted; without it nobody asks."
    )
    quarantine: Annotated[timedelta | None, f.duration("1 hour", "30 days")] = Field(
        default=None, description="How long a cluster is paused before it is deleted; not at all without it."
    )
    rotate_first: Flag = Field(
        default=True,
        description="Whether its keys are rotated once more: those of its snapshots can never be again.",
    )
    restore_test: Flag = Field(
        default=False,
        description="Whether the guard snapshot is restored once, into a cluster that is paid for.",
    )
    snapshot: SnapshotPolicy = Field(default=SnapshotPolicy(), description="How long snapshots are kept.")
    waive: dict[Waivable, Reason] = Field(
        default={}, description="Blockers that do not block, each with the reason why not."
    )
    max_concurrent: Annotated[int, f.whole_number(1, 100)] = Field(
        default=10,
        description="At most this many clusters at the same time, those in quarantine or waiting for approval"
        " included.",
    )
    max_per_run: Annotated[int, f.whole_number(1, 100)] = Field(
        default=5, description="A run that would delete more clusters than this deletes none."
    )
    deadline: f.Deadline = Field(
        default=timedelta(days=1), description="The longest that any one step with a cluster may take."
    )

    def to_domain(self) -> DeprovisionSettings:
        """The section as the domain has it, every default filled in."""
        idle, snapshot = self.idle, self.snapshot
        return DeprovisionSettings(
            timezone=ZoneInfo(self.timezone),
            declared_protected=self.protected.selector(),
            approval=self.approval.to_domain(),
            idle=IdleRule(idle.days, idle.metric, idle.threshold) if idle else None,
            quarantine=self.quarantine or timedelta(),
            rotate_first=self.rotate_first,
            restore_test=self.restore_test,
            snapshot=SnapshotSettings(snapshot.retention, snapshot.tags),
            waived=self.waive,
            max_concurrent=self.max_concurrent,
            max_per_run=self.max_per_run,
            deadline=self.deadline,
        )

    def settings(self) -> dict[str, Any]:
        """The section as the state machine carries it, as JSON."""
        return write_settings(self.to_domain())
