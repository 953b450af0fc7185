"""The operation's record of one cluster: what was done and observed, written before and after each call."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from steward.adapters.executions import Executions
from steward.adapters.ledger.operations import Operations
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.call_budget import tally_of_answer, tally_of_call
from steward.domain.deprovision.moves import Move, NextMove
from steward.domain.deprovision.progress import Progress
from steward.domain.items import DeprovisionItem
from steward.domain.moments import format_moment
from steward.domain.operation import Operation
from steward.steps.cluster_step import ClusterStep, check_running, claim_record, forgotten_end, write_record

LONGEST = 100
"""Calls that are kept, the latest ones, so that the record stays below DynamoDB's 400 KB."""


class OperationRecord:
    """The record during one step; `write` returns once the entry is in the ledger."""

    def __init__(
        self, step: ClusterStep[DeprovisionItem], operations: Operations, operation: Operation
    ) -> None:
        self._step, self._operations = step, operations
        self._evidence = dict(operation.evidence)
        self._end = forgotten_end(operation, step)

    @classmethod
    def open(cls, step: ClusterStep[DeprovisionItem], operations: Operations) -> Self:
        """This run's record of the cluster, claimed by this invocation.

        The first call stores request, plan and inspection.
        """
        record = cls(step, operations, claim_record(step, operations))
        if not record.evidence:
            item = step.item
            record.write("locked", request=item["request"], plan=item["plan"], inspected=item["inspected"])
        return record

    def reopen(self) -> None:
        """Forget the end of an operation that had not begun (`steward.steps.cluster_step.forgotten_end`)."""
        if self._end and not self.progress.has_begun:
            write_record(self._step, self._operations, step="locked", **self._end)

    @property
    def progress(self) -> Progress:
        """What has been done so far; later entries do not change it."""
        return Progress(dict(self._evidence))

    @property
    def evidence(self) -> dict[str, Any]:
        """The whole evidence as JSON; changes to it are stored with the next `write`."""
        return self._evidence

    @property
    def now(self) -> str:
        return format_moment(self._step.now)

    def write(self, step: str, *, forget: tuple[str, ...] = (), **facts: Any) -> None:
        """Store ``facts`` under the timeline entry ``step``; an object is merged into what is there.

        ``forget`` names facts that are removed first, as ``part.fact``.
        """
        for name in forget:
            part, _, fact = name.partition(".")
            self._evidence[part] = {key: value for key, value in self._part(part).items() if key != fact}
        self._merge(facts)
        write_record(self._step, self._operations, step=step, evidence=self._evidence)

    def _merge(self, facts: Mapping[str, Any]) -> None:
        for name, fact in facts.items():
            merged = {**self._part(name), **fact} if isinstance(fact, dict) else fact
            self._evidence[name] = merged

    def commit(self, step: str, move: Move, executions: Executions, **facts: Any) -> dict[str, Any]:
        """Record and count a call right before it is made; the evidence as it was before that.

        Raises:
            Superseded: Another invocation has claimed the record: the call must not be made.
            RunEnded: The run was stopped: the call must not be made.
        """
        check_running(self._step, executions)
        before, now = dict(self._evidence), self._step.now
        self._merge({**facts, "tally": tally_of_call(self.progress, move, now)})
        values = {"step": step, "evidence": self._evidence, "unanswered_since": now}
        write_record(self._step, self._operations, **values)
        return before

    def answer(
        self, move: Move, result: CallResult, before: dict[str, Any], recorded: Iterable[str] = ()
    ) -> None:
        """Add AWS's answer to a call; it is stored with the next `write`.

        A call that was certainly not applied is taken back: the parts that its `commit` has ``recorded`` are
        again as they were ``before`` it.
        """
        if result.outcome not in {CallOutcome.ACCEPTED, CallOutcome.LOST}:
            for name in recorded:
                self._evidence[name] = before.get(name, {})
        tally = tally_of_answer(self.progress, move, result)
        self._evidence["tally"] = {**self._part("tally"), **tally}
        entry = {"call": move.value, "at": self.now, "answer": result.outcome.value, "code": result.code}
        entry |= {"text": result.text, "request_id": result.request_id}
        kept = {name: value for name, value in entry.items() if value}
        self._evidence["calls"] = [*self._evidence.get("calls", []), kept][-LONGEST:]

    def last_entry(self, end: NextMove) -> dict[str, Any]:
        """The facts with which `steward.steps.cluster_step.finish_step` ends the operation."""
        outcome = end.outcome.value if end.outcome else ""
        facts = {"outcome": outcome, "code": end.code, "reason": end.reason}
        return {"step": "ended", **facts, "ended_at": self._step.now, "evidence": self._evidence}

    def _part(self, name: str) -> dict[str, Any]:
        part = self._evidence.get(name)
        return part if isinstance(part, dict) else {}
