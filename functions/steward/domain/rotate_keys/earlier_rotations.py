"""Rotations in the operation records of other runs: a run that was stopped tells of none."""

from collections.abc import Callable, Iterable

from steward.domain.deprovision.progress import Progress
from steward.domain.operation import Operation
from steward.domain.rotate_keys.last_rotation import RotationRecord


def newest_rotation(
    kept: RotationRecord | None,
    operations: Iterable[Operation],
    own_run: str,
    is_about: Callable[[RotationRecord], bool],
) -> RotationRecord | None:
    """The last rotation of one cluster, whoever began it; ``kept`` if none is newer.

    A call counts as a rotation until its own run has seen that it was not applied.

    Args:
        kept: The ledger's record of the last rotation.
        operations: Of rotate-keys and deprovision, by any run.
        own_run: ARN of the run that asks, whose own call it judges itself.
        is_about: Whether a rotation is of this very cluster, not of another one of its name.
    """
    found = [_rotation_of(each, kept) for each in operations if each.run != own_run]
    known = [each for each in (kept, *found) if each is not None and is_about(each)]
    return max(known, key=lambda rotation: rotation.at, default=kept)


def _rotation_of(operation: Operation, kept: RotationRecord | None) -> RotationRecord | None:
    progress = Progress(operation.evidence)
    of_deletion = [progress.moment("rotation", fact) for fact in ("ended_at", "begun_at", "called_at")]
    called = operation.called_at or operation.begun_at
    own = [operation.ended_at, operation.begun_at, operation.called_at] if called else []
    ended, *_ = moments = of_deletion if any(of_deletion) else own or [None]
    at = next(filter(None, moments), None)
    if at is None:
        return None
    return RotationRecord(at, operation.namespace_arn, kept.seconds if kept else 0, ended=ended is not None)
