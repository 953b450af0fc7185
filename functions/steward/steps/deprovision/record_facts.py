"""Keeping: the moves that only write down what was seen, after which the next move is chosen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.moves import Move
from steward.domain.deprovision.progress import Stopping
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.adapters.ledger.last_rotations import LastRotations
    from steward.adapters.ledger.requests import Requests
    from steward.domain.deprovision.moves import Case, Step
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import Book


def keep(case: Case, step: Step, book: Book) -> None:
    """Write down what ``step`` says."""
    KEEPS[step.move](case, step, book)


def _guard(case: Case, _step: Step, book: Book) -> None:
    found = evidence_of(case.sight.guard) if case.sight.guard else {}
    book.write("guard snapshot verified", guard={**found, "verified_at": book.now})


def _restored(_case: Case, _step: Step, book: Book) -> None:
    book.write("restore test passed", copy={"restored_at": book.now})


def _removed(_case: Case, _step: Step, book: Book) -> None:
    book.write("restore test's copy removed", copy={"removed_at": book.now})


def _rotated(case: Case, step: Step, book: Book) -> None:
    if case.progress.rotation.begun_at is None:
        book.write("keys not rotated", rotation={"impossible": step.reason})
        return
    book.write("keys rotated", rotation={"ended_at": book.now})


def _quarantine(case: Case, _step: Step, book: Book) -> None:
    until = format_moment(case.now + case.settings.quarantine)
    book.write("quarantine", quarantine={"since": book.now, "until": until})


def _accepted(case: Case, _step: Step, book: Book) -> None:
    called_at = case.progress.delete.called_at
    asked_at = format_moment(called_at) if called_at else book.now
    book.write("deleting", delete={"accepted_at": book.now, "asked_at": asked_at})


def _forget(_case: Case, _step: Step, book: Book) -> None:
    book.write("deletion unanswered", forget=("delete.asked_at",))


def _stop(_case: Case, step: Step, book: Book) -> None:
    outcome = step.outcome or Outcome.FAILED
    book.write("putting back", stopping=Stopping(outcome, step.code, step.reason).as_json())


def _fell_back(case: Case, step: Step, book: Book) -> None:
    final: dict[str, Any] = evidence_of(case.sight.final) if case.sight.final else {}
    book.write("deletion came to nothing", delete={"fell_back_at": book.now}, final=final)
    _stop(case, step, book)


def _give_up(case: Case, step: Step, book: Book) -> None:
    given_up = [*case.progress.given_up, step.part]
    undone = [*book.evidence.get("left_undone", []), step.reason]
    book.write("left undone", given_up=given_up, left_undone=undone)


KEEPS: dict[Move, Callable[[Case, Step, Book], None]] = {
    Move.KEEP_GUARD: _guard,
    Move.KEEP_RESTORED: _restored,
    Move.KEEP_REMOVED: _removed,
    Move.KEEP_ROTATED: _rotated,
    Move.KEEP_QUARANTINE: _quarantine,
    Move.KEEP_ACCEPTED: _accepted,
    Move.FORGET_CALL: _forget,
    Move.STOP: _stop,
    Move.FELL_BACK: _fell_back,
    Move.GIVE_UP: _give_up,
}
"""The moves after which nothing is waited for."""


def remembered(case: Case, step: Step, turn: ClusterStep, rotations: LastRotations) -> None:
    """A rotation that has ended is in the ledger for rotate-keys too, should the cluster stay."""
    begun_at = case.progress.rotation.begun_at
    if step.move is Move.KEEP_ROTATED and begun_at is not None:
        seconds = round((turn.now - begun_at).total_seconds())
        rotations.record(turn.name, RotationRecord(turn.now, case.subject.namespace_arn, seconds))


def retracted(step: Step, turn: ClusterStep, requests: Requests) -> None:
    """A deletion that came to nothing can be cancelled again."""
    if step.move in {Move.FORGET_CALL, Move.FELL_BACK}:
        requests.retract(turn.run, turn.name)
