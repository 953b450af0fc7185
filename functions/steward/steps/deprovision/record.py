"""The book that a run keeps about one cluster: what was done and seen, written before and after each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.progress import Progress, progress_from
from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from steward.adapters.ledger.operations import Operations
    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.moves import NextMove
    from steward.domain.operation import Operation
    from steward.steps.cluster_step import ClusterStep


class OperationRecord:
    """The operation's record in this turn; every entry is in the ledger before the next line of code runs."""

    def __init__(self, turn: ClusterStep, operations: Operations, operation: Operation) -> None:
        self._turn, self._operations = turn, operations
        self._evidence = dict(operation.evidence)

    @property
    def progress(self) -> Progress:
        """What has been done so far."""
        return progress_from(self._evidence)

    @property
    def evidence(self) -> dict[str, Any]:
        """All that is written, as JSON."""
        return self._evidence

    @property
    def now(self) -> str:
        """The moment of this turn, as text."""
        return format_moment(self._turn.now)

    def write(self, step: str, *, forget: tuple[str, ...] = (), **facts: Any) -> None:
        """Come to ``step`` with these facts; a fact that is an object is merged into what is there.

        ``forget`` names facts that are taken back first, ``part.fact``.
        """
        for name in forget:
            part, _, fact = name.partition(".")
            self._evidence[part] = {key: value for key, value in self._part(part).items() if key != fact}
        for name, fact in facts.items():
            merged = {**self._part(name), **fact} if isinstance(fact, dict) else fact
            self._evidence[name] = merged
        self._operations.update(
            self._turn.run, self._turn.name, self._turn.now, step=step, evidence=self._evidence
        )

    def called(self, call: str, reply: CallResult) -> None:
        """Keep what AWS answered to a call, with the request's id; `write` puts it into the ledger."""
        told = {"call": call, "at": self.now, "answer": reply.outcome.value, "code": reply.code}
        told |= {"text": reply.text, "request_id": reply.request_id}
        kept = {name: value for name, value in told.items() if value}
        self._evidence["calls"] = [*self._evidence.get("calls", []), kept][-LONGEST:]

    def last_entry(self, step: NextMove) -> dict[str, Any]:
        """How it ended, and why: the facts of the entry that `finish_operation` makes."""
        outcome = step.outcome.value if step.outcome else ""
        facts = {"outcome": outcome, "code": step.code, "reason": step.reason}
        return {"step": "ended", **facts, "ended_at": self._turn.now, "evidence": self._evidence}

    def _part(self, name: str) -> dict[str, Any]:
        part = self._evidence.get(name)
        return part if isinstance(part, dict) else {}


LONGEST = 100
"""Answers that are kept; a cluster that is asked more often than that is told of by the last ones."""
