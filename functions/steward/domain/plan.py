"""The plan of a run: every selected cluster with what was decided about it, and who is worked on together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from steward.domain.cluster import Cluster
from steward.domain.decision import Action, Decision
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.errors import BadInput
from steward.domain.messages import WaveInfo
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.run_input import RunInput
from steward.domain.selection import Selector

T = TypeVar("T")

MAIN = "main"
"""The wave after the canaries; the only one in a workflow without canaries."""


@dataclass(frozen=True)
class Planned:
    """One selected cluster and what was decided about it.

    Attributes:
        about: What the report says of the cluster besides, JSON.
        item: Further input of its child execution, JSON.
        outcome: How a cluster ends that is not acted on, where its decision's action does not say it.
    """

    cluster: Cluster
    decision: Decision
    about: Mapping[str, Any] = field(default_factory=dict)
    item: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None

    @property
    def acting(self) -> bool:
        """Whether a child execution is to work on it."""
        return self.decision.action is Action.ACT


@dataclass(frozen=True)
class Wave:
    """Clusters that are worked on side by side; items are what the Distributed Map reads."""

    name: str
    items: list[dict[str, Any]]
    max_concurrent: int
    tolerated_failures_percent: float

    def summary(self, key: str) -> WaveInfo:
        """What the state machine needs to know of the wave; the items themselves stay in S3 under ``key``."""
        return {
            "name": self.name,
            "key": key,
            "count": len(self.items),
            "max_concurrent": self.max_concurrent,
            "tolerated_failures_percent": self.tolerated_failures_percent,
        }


def one_wave(
    planned: Iterable[Planned], max_concurrent: int, tolerated_failures_percent: float
) -> list[Wave]:
    """All clusters to act on as one wave; none when there is nothing to act on."""
    items = [item(p) for p in planned if p.acting]
    return [Wave(MAIN, items, max_concurrent, tolerated_failures_percent)] if items else []


def candidates(clusters: Sequence[Cluster], run_input: RunInput, select: Selector) -> list[Cluster]:
    """The clusters that the run is about: those named in its input, else those that the policy selects.

    The copy of a restore test, which can carry the tags of its original, is nobody's cluster.

    Raises:
        BadInput: A named cluster does not exist.
    """
    if run_input.clusters is None:
        selected = (c for c in clusters if select.matches(c.identifier, c.tags))
        return [c for c in selected if not is_copy_name(c.identifier)]
    return pick_named(run_input.clusters, {cluster.identifier: cluster for cluster in clusters})


def pick_named(names: Sequence[str], known: Mapping[str, T]) -> list[T]:
    """Those of ``known`` clusters, by identifier, that an input names.

    Raises:
        BadInput: A named cluster does not exist.
    """
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadInput(
            f"clusters: there is no cluster named {_few(unknown)} in this account and Region; "
            f"nothing was done to any cluster"
        )
    return [known[name] for name in names]


def _few(names: Sequence[str], most: int = 10) -> str:
    """The first of the names, each cut to what Redshift allows, and how many more there are."""
    shown = ", ".join(name[:63] for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def item(planned: Planned) -> dict[str, Any]:
    """The input of one cluster's child execution; the identity is checked again before any change."""
    cluster = planned.cluster
    return {
        "cluster": cluster.identifier,
        "namespace_arn": cluster.namespace_arn,
        "created_at": format_moment(cluster.created_at) if cluster.created_at else "",
        **planned.item,
    }


def verdict(planned: Planned, wave: str) -> dict[str, Any]:
    """One line of the plan document: the decision about one cluster, and the wave that it is in."""
    line = {
        "cluster": planned.cluster.identifier,
        "status": planned.cluster.described,
        "action": planned.decision.action.value,
        "code": planned.decision.code,
        "reason": planned.decision.reason,
        "wave": wave,
        "about": dict(planned.about),
    }
    return line | ({"outcome": planned.outcome.value} if planned.outcome else {})
