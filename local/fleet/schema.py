"""The fleet file: which clusters exist, how each behaves, and what happens to it."""

from datetime import UTC, datetime
from typing import Any, Literal, Self

from botocore.validate import ParamValidator
from moto.core.utils import get_service_model
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from local.faults import AnyFault
from local.fleet.moments import Created, Time, Timezone, expand_dates
from local.redshift.behavior.connections import DeclaredUse
from local.redshift.behavior.durations import Duration
from local.redshift.behavior.faults import Fault
from local.redshift.behavior.knobs import Knobs
from local.redshift.behavior.maintenance import MaintenanceWindow
from local.redshift.errors import RedshiftError
from local.redshift.state.operations import AVAILABILITY_OF_STATUS, BY_STATUS
from local.redshift.validation import check_cluster_identifier, check_node_type, check_tags

STATUSES = tuple(sorted({*AVAILABILITY_OF_STATUS, *(status for status in BY_STATUS if status)}))
Workflow = Literal["rotate-keys", "sync-roles", "deprovision"]
Outcome = Literal[
    "rotated", "synced", "in_sync", "drifted", "deleted", "rejected", "expired", "still_wanted", "cancelled",
    "skipped", "refused", "failed", "timed_out", "gone",
]  # fmt: skip
Meanwhile = Literal["resumes it", "takes the snapshot's name", "uses up the quota"]
Action = Literal[
    "delete", "recreate", "pause", "resume", "reboot", "rotate", "modify", "resize", "tag", "untag", "busy",
    "connect",
]  # fmt: skip


class Part(BaseModel):
    """A part of the file; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class KmsKey(Part):
    """A customer managed KMS key."""

    alias: str = Field(description="Its alias, `alias/…`.", pattern=r"^alias/[a-zA-Z0-9/_-]+$")
    state: Literal["Enabled", "Disabled", "PendingDeletion"] = "Enabled"


class IamRole(Part):
    """An IAM role with more to declare than that a cluster has it."""

    name: str = Field(description="Its name, without a path.")
    trusts_redshift: bool = Field(
        default=True, description="Whether its trust policy lets Redshift assume it."
    )


class Expect(Part):
    """How the demo's run of a workflow must end for a cluster; only the demo reads it."""

    outcome: Outcome
    reason_contains: str = Field("", description="Words that the reason must contain.")
    meanwhile: Meanwhile | None = Field(
        None,
        description="What somebody does while the demo's run of deprovision waits: resumes the cluster in "
        "quarantine, takes the name of its guard snapshot, or uses up the quota of snapshots.",
    )


class Event(Part):
    """A change by another actor at a moment, or as soon after it as the cluster accepts it."""

    action: Action
    after: Duration | None = Field(None, description="How long after the fleet was seeded.")
    at: Time | None = Field(
        None, description="At this time of day (in the file's timezone), or at this date and time."
    )
    lasts: Duration | None = Field(None, description="How long it takes, in place of the knob's duration.")
    tags: dict[str, str] = Field(default_factory=dict, description="For `tag`.")
    tag_keys: tuple[str, ...] = Field((), description="For `untag`.")

    @model_validator(mode="after")
    def _has_one_moment(self) -> Self:
        if (self.after is None) == (self.at is None):
            raise ValueError("give either 'after' or 'at'")
        return self


class DataShare(Part):
    """A datashare of which the cluster is the producer."""

    name: str
    consumers: tuple[str, ...] = Field((), description="Account numbers or namespace ARNs.")
    status: Literal["ACTIVE", "PENDING_AUTHORIZATION", "AUTHORIZED", "DEAUTHORIZED", "REJECTED"] = "ACTIVE"


class Endpoint(Part):
    """A Redshift-managed VPC endpoint."""

    name: str
    owner: str | None = Field(None, description="Account number; without it, the cluster's own account.")


class UsageLimit(Part):
    feature: Literal["spectrum", "concurrency-scaling", "cross-region-datasharing"]
    amount: int = Field(gt=0)
    period: Literal["daily", "weekly", "monthly"] = "monthly"


class ScheduledAction(Part):
    """A scheduled pause or resume."""

    name: str
    action: Literal["PauseCluster", "ResumeCluster"]
    schedule: str = "cron(0 20 * * ? *)"
    role: str | None = Field(
        default=None, description="ARN of the role in whose name it fires; without one it is only listed."
    )


class ReservedNodes(Part):
    """A reservation of nodes for the whole account."""

    node_type: str
    count: int = Field(gt=0)


class ClusterDefaults(Part):
    """Defaults for every cluster. Tags and knobs are merged key by key."""

    tags: dict[str, str] = Field(
        default_factory=dict, description="`{20 days ago}` in a value becomes that moment, ISO 8601 in UTC."
    )
    node_type: str = "ra3.xlplus"
    nodes: int = Field(2, ge=1, le=100)
    encrypted: bool = True
    kms_key: str | None = Field(None, description="Alias or ARN; without it, the AWS managed key.")
    roles: tuple[str, ...] = Field(
        (), description="Names or ARNs of IAM roles; they are created where missing."
    )
    default_role: str | None = Field(None, description="One of `roles`.")
    created: Created = Field("400 days", description="An age before the fleet was seeded, or a date.")
    maintenance_window: str = Field("wed:02:00-wed:02:30", description="In UTC.")
    automated_retention: int = Field(1, ge=0, le=35, description="Days that automated snapshots are kept.")
    connections: DeclaredUse = Field(
        "busy",
        description="When there were connections, as CloudWatch's DatabaseConnections shows: all the time "
        "(`busy`), never (`none`), up to a moment (`{last: 10 days}` before the fleet was seeded), or there "
        "are no data (`missing`). A cluster that is seeded `paused` has been so since it was used last.",
    )
    hsm: bool = Field(default=False, description="Whether a hardware security module encrypts it.")
    knobs: Knobs = Field(default_factory=Knobs, description="How it behaves.")

    @field_validator("node_type", "maintenance_window", "tags")
    @classmethod
    def _as_the_api_would(cls, value: Any, info: Any) -> Any:
        checks = {
            "node_type": check_node_type,
            "maintenance_window": MaintenanceWindow.parse,
            "tags": _check_tags,
        }
        return _check(checks[info.field_name], value)


class ClusterEntry(ClusterDefaults):
    """One cluster, or ``count`` of them."""

    identifier: str = Field(description="With `count`, a pattern: `bench-{number:04d}`.")
    count: int = Field(1, ge=1, le=10_000, description="How many of its kind, numbered from 1.")
    situation: str = Field("", description="What is special about it, in a sentence; only the demo reads it.")
    expect: dict[Workflow, Expect] = Field(
        default_factory=dict, description="How the demo's runs must end for it, by workflow."
    )
    ledger: Duration | None = Field(
        None, description="How long ago the steward rotated it, as its ledger says."
    )
    status: str = Field("available", json_schema_extra={"enum": list(STATUSES)})
    remaining: Duration | None = Field(None, description="How long it stays in a transitional status.")
    until: Time | None = Field(None, description="Until when it stays in a transitional status.")
    members: dict[str, Any] = Field(
        default_factory=dict,
        description="Further members of the API's Cluster shape, verbatim, such as `MultiAZ: Enabled`.",
    )
    lakehouse: Literal["REGISTERED", "DEREGISTERED"] | None = None
    zero_etl_sources: tuple[str, ...] = Field(
        (), description="ARNs from which zero-ETL integrations feed it."
    )
    datashares: tuple[DataShare, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    usage_limits: tuple[UsageLimit, ...] = ()
    scheduled_actions: tuple[ScheduledAction, ...] = ()
    timeline: tuple[Event, ...] = Field((), description="What other actors change, and when.")
    faults: tuple[Fault, ...] = Field((), description="Faults of calls about it.")

    @field_validator("members")
    @classmethod
    def _members_fit_the_model(cls, value: dict[str, Any]) -> dict[str, Any]:
        report = ParamValidator().validate(value, get_service_model("redshift").shape_for("Cluster"))
        if report.has_errors():
            raise ValueError(f"these do not fit the API: {' '.join(report.generate_report().split())}")
        return value

    @field_validator("status")
    @classmethod
    def _status_exists(cls, value: str) -> str:
        if value not in STATUSES:
            raise ValueError(f"unknown status {value!r}; known statuses: {', '.join(map(repr, STATUSES))}")
        return value

    @model_validator(mode="after")
    def _names_are_valid(self) -> Self:
        if self.count > 1 and len(set(self.identifiers())) == 1:
            raise ValueError("with 'count', identifier must contain '{number}', as in 'bench-{number:04d}'")
        for identifier in self.identifiers():
            _check(check_cluster_identifier, identifier)
        if self.default_role is not None and self.default_role not in self.roles:
            raise ValueError(f"default_role {self.default_role!r} is not one of its roles")
        return self

    def identifiers(self) -> list[str]:
        """The names that the entry stands for."""
        if self.count == 1:
            return [self.identifier]
        try:
            return [self.identifier.format(number=number) for number in range(1, self.count + 1)]
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"identifier {self.identifier!r} is no pattern: {error}") from error


class FleetFile(Part):
    """A whole file."""

    description: str = ""
    timezone: Timezone = Field("UTC", description="The timezone of the times of day.")
    snapshot_quota: int = Field(20, ge=0, description="Manual snapshots that the account may have.")
    deleted_cluster_snapshots: Literal["ClusterNotFound", "list"] = Field(
        "ClusterNotFound",
        description="What DescribeClusterSnapshots answers for a deleted cluster (both are documented).",
    )
    defaults: ClusterDefaults = Field(
        default_factory=ClusterDefaults,
        description="Defaults for every cluster; the knobs apply to clusters created later, too.",
    )
    kms_keys: tuple[KmsKey, ...] = ()
    iam_roles: tuple[IamRole, ...] = ()
    reserved_nodes: tuple[ReservedNodes, ...] = ()
    faults: tuple[AnyFault, ...] = Field(
        (), description="Faults of calls about any cluster, of functions and of state machines."
    )
    clusters: tuple[ClusterEntry, ...]


def _check_tags(tags: dict[str, str]) -> None:
    moment = datetime.now(UTC)
    check_tags(
        [{"Key": key, "Value": expand_dates(value, moment)} for key, value in tags.items()], by_aws=True
    )


def _check(check: Any, value: Any) -> Any:
    """Apply a rule of the API and put its refusal in pydantic's terms."""
    try:
        check(value)
    except RedshiftError as error:
        raise ValueError(error.message) from error
    return value
