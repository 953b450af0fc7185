"""What stands in the way of a deletion: all of it at once, each with its evidence and what to do.

Some can be waived in the policy, by name and with a reason. Those that guard the data or somebody's express
wish can not, and neither can those that Redshift itself would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.deprovision import idleness
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from steward.domain.deprovision.cluster_details import ClusterDetails
    from steward.domain.deprovision.findings import Findings
    from steward.domain.deprovision.settings import DeprovisionSettings

WAIVABLE = {
    "in_use": "it was used within the idle rule's days",
    "idleness_unknown": "nobody knows whether it was used within the idle rule's days",
    "zero_etl": "zero-ETL integrations write into it",
    "datashare_consumers": "others read its datashares",
    "foreign_endpoints": "other accounts reach it through VPC endpoints of theirs",
}
"""The blockers that a policy may waive, and what each means."""

NEVER_WAIVED = {
    "protected": "the policy or the tag steward:protected protects it",
    "lakehouse": "a lakehouse catalog holds on to it, and Redshift refuses to delete it",
    "encryption_unknown": "nobody could say whether it is encrypted",
    "key_unusable": "its KMS key can not be used, so its snapshots could never be restored",
    "broken": "it is in a status in which no snapshot can be taken",
    "pending_changes": "changes wait to be applied to it",
    "snapshot_quota": "there is no room for the snapshots",
    "name_taken": "somebody has a snapshot under the name of the one to be taken",
}
"""Those that it may not waive."""

WHAT_TO_DO = {
    "protected": "take the protection away, if it is meant to go",
    "lakehouse": "deregister it first (ModifyLakehouseConfiguration), which can need a Lake Formation admin",
    "encryption_unknown": "look at it in the console, and try again",
    "key_unusable": "enable the key, or cancel its deletion",
    "broken": "repair it first, or ask AWS for help",
    "pending_changes": "have them applied first, or take them back",
    "in_use": "ask those who use it, or waive in_use in the policy",
    "idleness_unknown": "wait until there is enough to see, or waive idleness_unknown in the policy",
    "zero_etl": "delete the integrations first, or waive zero_etl in the policy",
    "datashare_consumers": "have the consumers leave first, or waive datashare_consumers in the policy",
    "foreign_endpoints": "have them removed first, or waive foreign_endpoints in the policy",
    "snapshot_quota": "delete snapshots that nobody needs, or have the quota raised in Service Quotas",
    "name_taken": "start the run under another name, so that its snapshots are called otherwise",
}


@dataclass(frozen=True)
class Blocker:
    """One thing in the way; ``waived`` is the policy's reason for not minding, empty when it minds."""

    code: str
    evidence: str
    waived: str = ""

    @property
    def sentence(self) -> str:
        """What is so, and what to do about it."""
        return f"{self.evidence}; {WHAT_TO_DO[self.code]}"

    def as_json(self) -> dict[str, Any]:
        """For the report, the request and the record."""
        told = {"code": self.code, "evidence": self.evidence, "remedy": WHAT_TO_DO[self.code]}
        return told | ({"waived": self.waived} if self.waived else {})


@dataclass(frozen=True)
class Inspection:
    """Everything that was looked at, and all that was found in the way."""

    blockers: tuple[Blocker, ...]

    @property
    def blocking(self) -> tuple[Blocker, ...]:
        """Those that the policy does not waive."""
        return tuple(blocker for blocker in self.blockers if not blocker.waived)

    @property
    def waived(self) -> tuple[Blocker, ...]:
        """Those that it does."""
        return tuple(blocker for blocker in self.blockers if blocker.waived)

    @property
    def sentence(self) -> str:
        """All that block, as one text."""
        return "; and it ".join(blocker.sentence for blocker in self.blocking)

    def as_json(self) -> dict[str, Any]:
        """For the record: also what was looked at and found in order."""
        found = {blocker.code for blocker in self.blockers}
        in_order = [code for code in (*NEVER_WAIVED, *WAIVABLE) if code not in found]
        return {"blockers": [blocker.as_json() for blocker in self.blockers], "in_order": in_order}


def inspect(
    details: ClusterDetails,
    findings: Findings,
    settings: DeprovisionSettings,
    now: datetime,
    untouched_until: datetime | None = None,
) -> Inspection:
    """All that stands in the way of deleting the warehouse now.

    ``untouched_until`` is when this run first changed it, None as long as it has not.
    """
    found = [
        *_prohibitions(details, settings),
        *_restore_obstacles(details, findings),
        *_dependents(findings),
        *_usage(findings, settings, now, untouched_until or now),
    ]
    return Inspection(tuple(Blocker(code, evidence, _waiver(code, settings)) for code, evidence in found))


def with_blockers(inspection: Inspection, more: Iterable[tuple[str, str]]) -> Inspection:
    """The inspection with what only the whole plan shows: quota and names; none of it can be waived."""
    return Inspection((*inspection.blockers, *(Blocker(code, evidence) for code, evidence in more)))


def _waiver(code: str, settings: DeprovisionSettings) -> str:
    """A policy that names what may not be waived was not written by `policy`, and is not obeyed."""
    return settings.waived.get(code, "") if code in WAIVABLE else ""


def _prohibitions(details: ClusterDetails, settings: DeprovisionSettings) -> Iterator[tuple[str, str]]:
    why = settings.protected.why(details.name, details.cluster.tags)
    if why:
        yield "protected", f"is protected: {why}"
    if details.is_registered:
        catalog = f" with the catalog {details.catalog}" if details.catalog else ""
        yield "lakehouse", f"is registered{catalog}: LakehouseRegistrationStatus is {details.lakehouse}"


def _restore_obstacles(details: ClusterDetails, findings: Findings) -> Iterator[tuple[str, str]]:
    cluster = details.cluster
    if cluster.encrypted is None:
        yield "encryption_unknown", "is perhaps encrypted: DescribeClusters did not say"
    if cluster.encrypted and findings.key_state not in {"", "Enabled"}:
        yield (
            "key_unusable",
            f"is encrypted with the KMS key {cluster.kms_key}, which is {findings.key_state}",
        )
    if cluster.phase is Phase.FAILED:
        yield "broken", f"can have no snapshot taken: its status is {cluster.described}"
    if cluster.pending:
        yield "pending_changes", f"has changes waiting to be applied: {', '.join(cluster.pending)}"


def _dependents(findings: Findings) -> Iterator[tuple[str, str]]:
    if findings.integrations:
        told = ", ".join(f"{arn} from {source}" for arn, source in findings.integrations.items())
        yield "zero_etl", f"is the target of {told}"
    if findings.consumers:
        told = ", ".join(f"{share} by {', '.join(who)}" for share, who in findings.consumers.items())
        yield "datashare_consumers", f"has datashares that are read: {told}"
    if findings.endpoints:
        yield "foreign_endpoints", f"is reached by others: {', '.join(findings.endpoints)}"


def _usage(
    findings: Findings, settings: DeprovisionSettings, now: datetime, until: datetime
) -> Iterator[tuple[str, str]]:
    if settings.idle is None or findings.usage is None:
        return
    busy = idleness.busy_hours(settings.idle, findings.usage, now)
    unknown = idleness.unknown_hours(settings.idle, findings.usage, until, now)
    if busy:
        yield "in_use", idleness.describe_busy(settings.idle, busy)
    if unknown:
        yield "idleness_unknown", idleness.describe_unknown(settings.idle, unknown)
