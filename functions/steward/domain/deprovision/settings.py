"""The policy's section ``deprovision`` as it is deployed.

There is no setting that turns the snapshot guard off, and none that lets a protected cluster be touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from steward.domain.deployed_settings import Key
from steward.domain.selection import ANY_VALUE, Selector

PROTECTED_TAG = "steward:protected"
"""A cluster with this tag, whatever its value, is never touched by deprovision; no policy changes that."""


@dataclass(frozen=True)
class ApprovalSettings:
    """Whether a person has to say yes, who may, and how long they have.

    Attributes:
        approvers: Patterns of IAM ARNs; empty for everybody whom IAM lets call the approvals' URL.
        four_eyes: Whether the one who asked may not be the one who approves.
        federated_roles: Roles that only an identity provider lets people into: it names their sessions.
    """

    required: bool
    expires_after: timedelta
    approvers: tuple[str, ...]
    four_eyes: bool
    federated_roles: tuple[str, ...]


@dataclass(frozen=True)
class IdleRule:
    """A cluster is idle when ``metric`` stayed at or below ``threshold`` in every hour of ``days``."""

    days: int
    metric: str
    threshold: float


@dataclass(frozen=True)
class SnapshotSettings:
    """How long guard and final snapshots are kept (days, -1 forever), and which tags they carry."""

    retention_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True)
class DeprovisionSettings:
    """The whole section.

    Attributes:
        declared_protected: What the policy protects; `protected` has `PROTECTED_TAG`, too.
        idle: None when recent use does not matter.
        quarantine: How long the cluster is paused before it is deleted; zero for not at all.
        waived: Blockers that do not block, by code, each with the reason that the policy gives.
        stack_tags: Keys of tags by which infrastructure code other than CloudFormation marks its clusters.
    """

    SECTION: ClassVar = "deprovision"

    timezone: ZoneInfo
    declared_protected: Annotated[Selector, Key("protected")]
    approval: ApprovalSettings
    idle: IdleRule | None
    quarantine: timedelta
    rotate_first: bool
    restore_test: bool
    snapshot: SnapshotSettings
    waived: Mapping[str, str]
    stack_tags: tuple[str, ...]
    max_concurrent: int
    max_per_run: int
    deadline: timedelta

    @property
    def protected(self) -> Selector:
        """Clusters that are never touched; `PROTECTED_TAG` is always among its tags."""
        return protected_selector(self.declared_protected)

    @property
    def deadlines(self) -> int:
        """How many steps of a deletion have a deadline: two snapshots, itself, and what the policy adds."""
        return 3 + 2 * self.restore_test + self.rotate_first + 2 * bool(self.quarantine)

    @property
    def longest(self) -> timedelta:
        """From the request to the end of a deletion, if everything takes as long as it may."""
        return self.approval.expires_after + self.quarantine + self.deadlines * self.deadline

    def promises(self) -> dict[str, Any]:
        """The part of the section that an approval is bound to, as JSON."""
        return {
            "quarantine_seconds": int(self.quarantine.total_seconds()),
            "rotate_first": self.rotate_first,
            "restore_test": self.restore_test,
            "snapshot_retention_days": self.snapshot.retention_days,
            "snapshot_tags": dict(self.snapshot.tags),
            "waived": dict(self.waived),
        }


def protected_selector(declared: Selector) -> Selector:
    """The selector of protected clusters: ``declared``, and `PROTECTED_TAG` whatever it says."""
    return Selector({**declared.tags, PROTECTED_TAG: (ANY_VALUE,)}, declared.identifiers)
