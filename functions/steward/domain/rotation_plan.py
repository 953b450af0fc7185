"""The plan of one rotate-keys run: who is rotated, in which wave and order, and why everybody else is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.decision import Action, Decision
from steward.domain.errors import BadInput
from steward.domain.moments import format_moment
from steward.domain.spread import delays, spread
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from steward.domain.cluster import Cluster
    from steward.domain.run_input import RunInput
    from steward.domain.settings import Canary, RotationSettings

CANARY, REST = "canary", "rest"
"""The two waves: the second starts only after nothing failed in the first."""


@dataclass(frozen=True)
class Planned:
    """One selected cluster and what was decided about it.

    Attributes:
        expected_seconds: What its last rotation took, 0 when the ledger does not know.
    """

    cluster: Cluster
    decision: Decision
    expected_seconds: int = 0


@dataclass(frozen=True)
class Wave:
    """Clusters that are worked on side by side; items are what the Distributed Map reads."""

    name: str
    items: list[dict[str, Any]]
    max_concurrent: int
    tolerated_failures_percent: float

    def summary(self, key: str) -> dict[str, Any]:
        """What the state machine needs to know of the wave; the items themselves stay in S3 under ``key``."""
        return {
            "name": self.name,
            "key": key,
            "count": len(self.items),
            "max_concurrent": self.max_concurrent,
            "tolerated_failures_percent": self.tolerated_failures_percent,
        }


def candidates(clusters: Sequence[Cluster], wanted: RunInput, settings: RotationSettings) -> list[Cluster]:
    """The clusters that the run is about: those named in its input, else those that the policy selects.

    Raises:
        BadInput: A named cluster does not exist.
    """
    if wanted.clusters is None:
        return [c for c in clusters if settings.select.matches(c.identifier, c.tags)]
    known = {cluster.identifier: cluster for cluster in clusters}
    unknown = [name for name in wanted.clusters if name not in known]
    if unknown:
        raise BadInput(
            f"clusters: there is no cluster named {', '.join(unknown)} in this account and Region; "
            f"nothing was done to any cluster"
        )
    return [known[name] for name in wanted.clusters]


def waves(planned: Iterable[Planned], settings: RotationSettings) -> list[Wave]:
    """The clusters to act on: the canary first, then the rest, those that share a KMS key spread out."""
    acting = spread([p for p in planned if p.decision.action is Action.ACT], lambda p: p.cluster.kms_key)
    first = _canary(acting, settings.canary)
    rest = [p for p in acting if p not in first]
    canary = Wave(CANARY, _items(first, len(first)), max(1, len(first)), 0)
    others = Wave(
        REST,
        _items(rest, settings.max_concurrent),
        settings.max_concurrent,
        settings.tolerated_failures_percent,
    )
    return [wave for wave in (canary, others) if wave.items]


def _canary(acting: list[Planned], canary: Canary) -> list[Planned]:
    """Ready clusters that the policy prefers for it, then any other ready one; none when there is only one.

    A cluster that is still busy proves nothing about the rest, so it never goes first.
    """
    if len(acting) <= 1:
        return []
    ready = [p for p in acting if p.cluster.phase is Phase.READY]
    ready.sort(key=lambda p: not canary.preferred.matches(p.cluster.identifier, p.cluster.tags))
    return ready[: canary.clusters]


def _items(acting: list[Planned], max_concurrent: int) -> list[dict[str, Any]]:
    waits = delays([p.cluster.kms_key for p in acting], max_concurrent)
    return [item(p, wait) for p, wait in zip(acting, waits, strict=True)]


def item(planned: Planned, delay_seconds: int) -> dict[str, Any]:
    """What the child execution of one cluster is told; identity is checked again before any change."""
    cluster = planned.cluster
    return {
        "cluster": cluster.identifier,
        "namespace_arn": cluster.namespace_arn,
        "created_at": format_moment(cluster.created_at) if cluster.created_at else "",
        "kms_key": cluster.kms_key,
        "expected_seconds": planned.expected_seconds,
        "delay_seconds": delay_seconds,
    }


def verdict(planned: Planned, wave: str) -> dict[str, Any]:
    """One line of the plan document: the decision about one cluster, and the wave that it is in."""
    return {
        "cluster": planned.cluster.identifier,
        "status": planned.cluster.described,
        "kms_key": planned.cluster.kms_key,
        "action": planned.decision.action.value,
        "code": planned.decision.code,
        "reason": planned.decision.reason,
        "wave": wave,
    }
