"""What blocks a deletion: all blockers at once, each with its evidence and what to do about it.

Some can be waived in the policy, by code and with a reason. Those that guard the data or somebody's explicit
decision cannot, and neither can those that Redshift itself would refuse.

To add one, see ``docs/adding-a-blocker.md``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from steward.domain.deprovision import idleness
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.findings import Findings
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.owners import owner_of
from steward.domain.preconditions import UNKNOWN_KEY
from steward.domain.status import Phase

WAIVABLE = {
    "in_use": "it was used within the idle rule's days",
    "idleness_unknown": "it is unknown whether it was used within the idle rule's days",
    "key_unknown": "the steward may not look at its KMS key",
    "zero_etl": "zero-ETL integrations write into it",
    "datashare_consumers": "other accounts or namespaces read its datashares",
    "foreign_endpoints": "other accounts reach it through their own VPC endpoints",
    "scheduled_resume": "a scheduled action resumes it, which would end its quarantine",
    "stack_owned": "infrastructure code owns it",
}

NEVER_WAIVED = {
    "protected": "the policy or the tag steward:protected protects it",
    "lakehouse": "it is registered with a lakehouse catalog, and Redshift refuses to delete it",
    "identity_unknown": "DescribeClusters did not say which cluster it is",
    "sdk_outdated": "the AWS SDK of the functions does not know all that has to be read before a deletion",
    "encryption_unknown": "DescribeClusters did not say whether it is encrypted",
    "key_unusable": "its KMS key cannot be used, so its snapshots could never be restored",
    "broken": "it is in a status in which no snapshot can be taken",
    "pending_changes": "it has pending changes",
    "guard_snapshots": "earlier runs have left as many guard snapshots of it as the steward keeps",
    "snapshot_quota": "the snapshot quota leaves no room for its snapshots",
    "name_taken": "another snapshot already has the name of one that this run would take",
}

WHAT_TO_DO = {
    "protected": "remove the protection if it is to be deleted",
    "lakehouse": "deregister it first (ModifyLakehouseConfiguration), which can need a Lake Formation admin",
    "identity_unknown": "try again when its status is available; resume it first if it is paused",
    "sdk_outdated": "wait for a newer Lambda runtime, or bundle a newer boto3 (functions/requirements.in)",
    "encryption_unknown": "check it in the console, then try again",
    "key_unusable": "enable the key, or cancel its deletion",
    "key_unknown": "let the steward call kms:DescribeKey on it, or waive key_unknown in the policy",
    "broken": "repair it first, or contact AWS Support",
    "pending_changes": "apply or revert them first",
    "in_use": "ask its users, or waive in_use in the policy",
    "idleness_unknown": "wait until there are enough metrics, or waive idleness_unknown in the policy",
    "zero_etl": "delete the integrations first, or waive zero_etl in the policy",
    "datashare_consumers": "revoke the consumers' access first, or waive datashare_consumers in the policy",
    "foreign_endpoints": "have them deleted first, or waive foreign_endpoints in the policy",
    "scheduled_resume": "disable or delete it, or waive scheduled_resume if it fires after the quarantine",
    "stack_owned": (
        "remove it from that code first, which has to retain the cluster, or waive stack_owned in the policy"
    ),
    "guard_snapshots": "delete those that nobody needs, which no role of the steward may",
    "snapshot_quota": "delete snapshots that nobody needs, or request a higher quota in Service Quotas",
    "name_taken": "start the run under another name, which its snapshots' names follow",
}


@dataclass(frozen=True)
class Blocker:
    """One blocker; ``waived`` is the reason that the policy gives for waiving it, empty if it does not."""

    code: str
    evidence: str
    waived: str = ""

    @property
    def sentence(self) -> str:
        """Evidence and remedy, without a subject: it follows the cluster's name."""
        return f"{self.evidence}; {WHAT_TO_DO[self.code]}"

    def as_json(self) -> dict[str, Any]:
        entry = {"code": self.code, "evidence": self.evidence, "remedy": WHAT_TO_DO[self.code]}
        return entry | ({"waived": self.waived} if self.waived else {})


@dataclass(frozen=True)
class Inspection:
    """All blockers of a cluster at one moment, waived ones included.

    Attributes:
        unused_since: Since when nobody can have changed its data, as far back as the idle rule looks; None
            when that is not known.
    """

    blockers: tuple[Blocker, ...]
    unused_since: datetime | None = None

    @property
    def blocking(self) -> tuple[Blocker, ...]:
        """Those that the policy does not waive, in the order of the checks."""
        return tuple(blocker for blocker in self.blockers if not blocker.waived)

    @property
    def waived(self) -> tuple[Blocker, ...]:
        return tuple(blocker for blocker in self.blockers if blocker.waived)

    @property
    def sentence(self) -> str:
        """All blocking ones as one text; it follows the cluster's name."""
        return "; and it ".join(blocker.sentence for blocker in self.blocking)

    def as_json(self) -> dict[str, Any]:
        """JSON for the record, with the codes of the checks that found nothing."""
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
    """All blockers of the cluster now.

    ``untouched_until`` is when this run first changed it, None as long as it has not.
    """
    found = [
        *_prohibitions(details, settings),
        *_owners(details, settings),
        *_restore_obstacles(details, findings),
        *_dependents(findings),
        *_schedules(findings, settings),
        *_usage(findings, settings, now, untouched_until or now),
    ]
    blockers = tuple(Blocker(code, evidence, _waiver(code, settings)) for code, evidence in found)
    return Inspection(blockers, _unused_since(findings, settings, now))


def with_blockers(inspection: Inspection, more: Iterable[tuple[str, str]]) -> Inspection:
    """Add blockers that only the whole plan shows (quota, names); none of them can be waived."""
    added = (Blocker(code, evidence) for code, evidence in more)
    return replace(inspection, blockers=(*inspection.blockers, *added))


def _waiver(code: str, settings: DeprovisionSettings) -> str:
    """A waiver of what may not be waived did not come from `policy`, and is ignored."""
    return settings.waived.get(code, "") if code in WAIVABLE else ""


def _prohibitions(details: ClusterDetails, settings: DeprovisionSettings) -> Iterator[tuple[str, str]]:
    why = settings.protected.why(details.name, details.cluster.tags)
    if why:
        yield "protected", f"is protected: {why}"
    if not details.cluster.is_identified:
        left_out = "DescribeClusters left out its namespace ARN or its creation time"
        yield "identity_unknown", f"cannot be told from another cluster of its name: {left_out}"
    if details.not_read:
        yield "sdk_outdated", f"cannot be examined: the AWS SDK does not know {', '.join(details.not_read)}"
    if details.is_registered:
        catalog = f" with the catalog {details.catalog}" if details.catalog else ""
        yield "lakehouse", f"is registered{catalog}: LakehouseRegistrationStatus is {details.lakehouse}"


def _owners(details: ClusterDetails, settings: DeprovisionSettings) -> Iterator[tuple[str, str]]:
    """Code that declares a cluster which is gone fails, or creates it anew without its data."""
    owner = owner_of(details.cluster.tags, settings.stack_tags)
    if owner:
        yield "stack_owned", f"belongs to {owner}, which fails without it or creates it anew, empty"


def _restore_obstacles(details: ClusterDetails, findings: Findings) -> Iterator[tuple[str, str]]:
    cluster = details.cluster
    if cluster.encrypted is None:
        yield "encryption_unknown", "may be encrypted: DescribeClusters did not say"
    if cluster.encrypted and findings.key_state == UNKNOWN_KEY:
        yield "key_unknown", f"is encrypted with the KMS key {cluster.kms_key}, whose state is not to be read"
    elif cluster.encrypted and findings.key_state not in {"", "Enabled"}:
        yield (
            "key_unusable",
            f"is encrypted with the KMS key {cluster.kms_key}, which is {findings.key_state}",
        )
    if cluster.phase is Phase.FAILED:
        yield "broken", f"cannot have a snapshot taken: its status is {cluster.described}"
    if cluster.pending:
        yield "pending_changes", f"has pending changes: {', '.join(cluster.pending)}"


def _dependents(findings: Findings) -> Iterator[tuple[str, str]]:
    if findings.integrations:
        shown = ", ".join(f"{arn} from {source}" for arn, source in findings.integrations.items())
        yield "zero_etl", f"is the target of {shown}"
    if findings.consumers:
        shown = ", ".join(f"{share} by {', '.join(who)}" for share, who in findings.consumers.items())
        yield "datashare_consumers", f"has datashares with consumers: {shown}"
    if findings.endpoints:
        yield "foreign_endpoints", f"is reached by other accounts: {', '.join(findings.endpoints)}"


def _schedules(findings: Findings, settings: DeprovisionSettings) -> Iterator[tuple[str, str]]:
    """Only a quarantine is defeated by them: otherwise the cluster is not paused for long."""
    if settings.quarantine and findings.scheduled_resumes:
        shown = ", ".join(findings.scheduled_resumes)
        yield "scheduled_resume", f"is resumed by a schedule of Redshift: {shown}"


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


def _unused_since(findings: Findings, settings: DeprovisionSettings, now: datetime) -> datetime | None:
    """Integrations and consumers of datashares can write into it without a connection to it."""
    if settings.idle is None or findings.usage is None or findings.integrations or findings.consumers:
        return None
    return idleness.unused_since(settings.idle, findings.usage, now)
