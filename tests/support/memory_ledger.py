"""A ledger in memory: operations, locks and requests, as the steps of every workflow see them."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from steward.adapters.ledger.requests import Requests, StoredRequest
from steward.domain.errors import CallUnanswered, Superseded
from steward.domain.freshness import LATEST_EFFECT
from steward.domain.operation import operation_from_record
from tests.support.fault_plan import AFTER, BEFORE, FaultPlan, KilledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.domain.deprovision.baseline import Baseline
    from steward.domain.operation import Operation


@dataclass
class Ledger:
    """Operations, locks and requests in memory.

    Attributes:
        family: The ledgers of all runs, each of which sees what the others have recorded.
    """

    faults: FaultPlan
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    taken: dict[str, datetime] = field(default_factory=dict)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    family: list[Ledger] = field(default_factory=list)

    def open(self, run: Any, cluster: str, now: datetime, **identity: str) -> Operation:
        """As `steward.adapters.ledger.operations.Operations.open`."""
        since = self.records.get(cluster, {}).get("unanswered_since")
        if since and now - datetime.fromisoformat(since) < LATEST_EFFECT:
            raise KilledError("note") if self.faults.take(BEFORE, AFTER) else CallUnanswered(cluster)
        return self.update(run, cluster, now, **identity)

    def update(
        self, run: Any, cluster: str, now: datetime, version: int | None = None, **values: Any
    ) -> Operation:
        """As `steward.adapters.ledger.operations.Operations.update`."""
        wrong = self.faults.take(BEFORE, AFTER)
        if wrong == BEFORE:
            raise KilledError("note")
        new = {"cluster": cluster, "run": run.arn, "timeline": [], "version": 0}
        record = self.records.setdefault(cluster, new)
        if version is not None and version != record["version"]:
            raise Superseded(cluster)
        record["version"] += 1
        record.update({name: _text(value) for name, value in _copy(values).items()})
        if values.get("step"):
            record["timeline"].append({"step": values["step"], "at": _text(now)})
        if wrong == AFTER:
            raise KilledError("note")
        return operation_from_record(_copy(record))

    def of_run(self, run: Any, clusters: list[str]) -> dict[str, Operation]:
        """As `Operations.of_run`."""
        found = {name: self.records[name] for name in clusters if name in self.records}
        return {
            name: operation_from_record(_copy(each)) for name, each in found.items() if each["run"] == run.arn
        }

    def take(self, cluster: str, run: Any, now: datetime, instead_of: str | None = None) -> str | None:
        """As `Locks.take`."""
        holder = self.locks.setdefault(cluster, run.holder)
        if holder == instead_of:
            self.locks[cluster] = holder = run.holder
        if holder == run.holder:
            self.taken[cluster] = now
        return None if holder == run.holder else holder

    def holder(self, cluster: str) -> str | None:
        """As `Locks.holder`."""
        return self.locks.get(cluster)

    def release(self, cluster: str, run: Any, taken_at: datetime | None = None) -> None:
        """As `Locks.release`."""
        if self.locks.get(cluster) == run.holder and taken_at in {None, self.taken.get(cluster)}:
            del self.locks[cluster]

    def of_cluster(self, cluster: str, workflow: str = "", _limit: int | None = None) -> list[dict[str, Any]]:
        """As `OperationHistory.of_cluster`; what other runs have recorded is in `earlier` and `family`."""
        own = [each.records[cluster] for each in self.family or [self] if cluster in each.records]
        of_workflow = [each for each in own if f"-{workflow}:" in each["run"] or not workflow]
        return _copy([*of_workflow, *self.earlier])


def join_family(ledger: Ledger, first: Ledger) -> None:
    """From now on both, and all that have joined before, see what the others have recorded."""
    if not first.family:
        first.family.append(first)
    first.family.append(ledger)
    ledger.family = first.family


def _copy(value: Any) -> Any:
    """A deep copy; by way of pickle, which takes a tenth of `copy.deepcopy`'s time."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def _text(value: Any) -> Any:
    from steward.domain.moments import format_moment  # noqa: PLC0415

    return format_moment(value) if isinstance(value, datetime) else value


@dataclass
class MemoryBaselines:
    """Baselines without a table; writes may fail as those of the ledger do."""

    faults: FaultPlan
    kept: dict[tuple[str, str, str], Baseline] = field(default_factory=dict)

    def of(self, cluster: str, namespace_arn: str, created_at: str) -> Baseline | None:
        """As `Baselines.of`."""
        return self.kept.get((cluster, namespace_arn, created_at))

    def keep(self, cluster: str, baseline: Baseline) -> None:
        """As `Baselines.keep`."""
        key = (cluster, baseline.namespace_arn, baseline.created_at)
        self._write(lambda: self.kept.setdefault(key, baseline))

    def forget(self, cluster: str, baseline: Baseline) -> None:
        """As `Baselines.forget`."""
        key = (cluster, baseline.namespace_arn, baseline.created_at)
        self._write(lambda: self.kept.pop(key, None))

    def _write(self, write: Callable[[], object]) -> None:
        wrong = self.faults.take(BEFORE, AFTER)
        if wrong == BEFORE:
            raise KilledError("baseline")
        write()
        if wrong == AFTER:
            raise KilledError("baseline")


class MemoryRequests(Requests):
    """Requests without a table."""

    def __init__(self) -> None:
        self.kept: dict[str, StoredRequest] = {}

    def find(self, name: str) -> StoredRequest | None:
        """The request with this id."""
        return self.kept.get(name)

    def write(self, request: Any, token: str, former: StoredRequest | None) -> bool:
        """Keep it."""
        self.kept[request.id] = StoredRequest(request, former.version + 1 if former else 1, token)
        return True

    def requester_of(self, execution: str) -> tuple[str, str]:
        """Nobody started it through the Function URL."""
        del execution
        return "", ""
