"""The waves of one rotate-keys run: who goes first, and how clusters on one KMS key are kept apart."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from steward.domain.cluster import Cluster
from steward.domain.decision import Decision
from steward.domain.plan import MAIN, Planned, Wave, item
from steward.domain.rotate_keys.settings import Canary, RotationSettings
from steward.domain.rotate_keys.spread import delays, spread
from steward.domain.status import Phase

CANARY = "canary"
"""The first wave; the rest starts only after nothing failed in it."""


def rotation_entry(cluster: Cluster, decision: Decision, expected_seconds: int = 0) -> Planned:
    """A cluster of the plan; ``expected_seconds`` is what its last rotation took, 0 when not known."""
    facts = {"kms_key": cluster.kms_key}
    return Planned(cluster, decision, facts, facts | {"expected_seconds": expected_seconds})


def waves(planned: Iterable[Planned], settings: RotationSettings) -> list[Wave]:
    """The clusters to act on: the canary first, then the rest, those that share a KMS key spread out."""
    acting = spread([p for p in planned if p.acting], lambda p: p.cluster.kms_key)
    first = _canary(acting, settings.canary)
    rest = [p for p in acting if p not in first]
    canary = Wave(CANARY, _items(first, len(first)), max(1, len(first)), 0)
    others = Wave(
        MAIN,
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
    ready.sort(key=lambda p: not canary.prefers(p.cluster.identifier, p.cluster.tags))
    return ready[: canary.clusters]


def _items(acting: list[Planned], max_concurrent: int) -> list[dict[str, Any]]:
    waits = delays([p.cluster.kms_key for p in acting], max_concurrent)
    return [
        item(replace(p, item={**p.item, "delay_seconds": wait}))
        for p, wait in zip(acting, waits, strict=True)
    ]
