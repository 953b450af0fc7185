"""The policy's section ``deprovision`` as it is deployed.

There is no setting that turns the snapshot guard off, and none that lets a protected cluster be touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from steward.domain.deployed_settings import read_section
from steward.domain.selection import ANY_VALUE, Selector

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTECTED_TAG = "steward:protected"
"""A cluster with this tag, whatever its value, is never touched by deprovision; no policy changes that."""


@dataclass(frozen=True)
class ApprovalSettings:
    """Whether a person has to say yes, who may, and how long they have.

    Attributes:
        approvers: Patterns of IAM ARNs; empty for everybody whom IAM lets call the approvals' URL.
        four_eyes: Whether the one who asked may not be the one who approves.
    """

    required: bool
    expires_after: timedelta
    approvers: tuple[str, ...]
    four_eyes: bool


@dataclass(frozen=True)
class IdleRule:
    """A cluster is idle when ``metric`` stayed at or below ``threshold`` in every hour of ``days``."""

    days: int
    metric: str
    threshold: float


@dataclass(frozen=True)
class SnapshotSettings:
    """How long guard and final snapshots are kept (days, -1 for ever), and which tags they carry."""

    retention_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True)
class DeprovisionSettings:
    """The whole section.

    Attributes:
        protected: Clusters that are never touched; `PROTECTED_TAG` is always among its tags.
        idle: None when recent use is not asked about.
        quarantine: How long the cluster is paused before it is deleted; zero for not at all.
        waived: Blockers that do not block, by code, each with the reason that the policy gives.
    """

    timezone: ZoneInfo
    protected: Selector
    approval: ApprovalSettings
    idle: IdleRule | None
    quarantine: timedelta
    rotate_first: bool
    restore_test: bool
    snapshot: SnapshotSettings
    waived: Mapping[str, str]
    max_concurrent: int
    max_per_run: int
    deadline: timedelta

    def promises(self) -> dict[str, Any]:
        """What the section says about the deletion of one cluster, as JSON: an approval is bound to it."""
        return {
            "quarantine_seconds": int(self.quarantine.total_seconds()),
            "rotate_first": self.rotate_first,
            "restore_test": self.restore_test,
            "snapshot_retention_days": self.snapshot.retention_days,
            "snapshot_tags": dict(self.snapshot.tags),
            "waived": dict(self.waived),
        }


def deprovision_settings(document: Mapping[str, Any]) -> DeprovisionSettings:
    """The settings in ``document``, see `read_section`.

    Raises:
        BadSettings: A value is missing or has the wrong shape: the stack was deployed by other means.
    """
    return read_section("deprovision", _settings, document)


def _settings(document: Mapping[str, Any]) -> DeprovisionSettings:
    idle, snapshot = document.get("idle"), document["snapshot"]
    return DeprovisionSettings(
        timezone=ZoneInfo(document["timezone"]),
        protected=protected_selector(document["protected"]),
        approval=_approval(document["approval"]),
        idle=IdleRule(idle["days"], idle["metric"], idle["threshold"]) if idle else None,
        quarantine=timedelta(seconds=document["quarantine_seconds"]),
        rotate_first=document["rotate_first"],
        restore_test=document["restore_test"],
        snapshot=SnapshotSettings(snapshot["retention_days"], dict(snapshot["tags"])),
        waived=dict(document["waived"]),
        max_concurrent=document["max_concurrent"],
        max_per_run=document["max_per_run"],
        deadline=timedelta(seconds=document["deadline_seconds"]),
    )


def protected_selector(document: Mapping[str, Any]) -> Selector:
    """The selector of protected clusters, `PROTECTED_TAG` included whatever the document says."""
    given = Selector.from_dict(document)
    return Selector({**given.tags, PROTECTED_TAG: (ANY_VALUE,)}, given.identifiers)


def _approval(document: Mapping[str, Any]) -> ApprovalSettings:
    return ApprovalSettings(
        required=document["required"],
        expires_after=timedelta(seconds=document["expires_after_seconds"]),
        approvers=tuple(document["approvers"]),
        four_eyes=document["four_eyes"],
    )
