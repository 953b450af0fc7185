"""The next step with one cluster, from what its operation record and a fresh description of the cluster say.

RotateEncryptionKey has no idempotency token: a second call after the first was applied rotates twice. So the
operation record says ``calling`` before the call and ``rotating`` after it, and a ``calling`` that is found
later (a lost answer, a killed function, a redrive) is cleared up by looking, never by calling again at once.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steward.domain.cluster import Cluster
from steward.domain.decision import Action, Decision, act, refuse, skip
from steward.domain.operation import Operation
from steward.domain.preconditions import RECREATED, give_up_waiting, not_ready
from steward.domain.retry_budget import FIRST_PAUSE, OVERLOOKED, SETTLE, pause_seconds, within_retry_budget
from steward.domain.rotate_keys.decide import RotationFacts, decide, is_transitional
from steward.domain.status import Phase

LOST_ANSWER = skip(
    "lost_answer", "the answer to RotateEncryptionKey was lost; looking whether it was applied"
)


UNKNOWN = refuse(
    "rotation_unknown",
    "may have been rotated: RotateEncryptionKey had no answer, and for minutes nobody could look; "
    "it is not called again",
)
"""As long as nothing else is known, it counts as a rotation."""


LOOK_AGAIN = 60
"""Seconds between two looks for a rotation that may have begun, when calls have had no answer for long."""


class RotationMove(StrEnum):
    ROTATE = "rotate"
    RESUME = "resume"
    WATCH = "watch"
    """A rotation is under way already, ours or somebody's: wait for its end."""
    AGAIN = "again"
    STOP = "stop"


@dataclass(frozen=True)
class NextRotationMove:
    """One move with its reason; ``wait_seconds`` goes with `RotationMove.AGAIN`."""

    move: RotationMove
    decision: Decision
    wait_seconds: int = 0


def next_rotation_move(
    facts: RotationFacts, operation: Operation, since: datetime, attempt: int
) -> NextRotationMove:
    """The next move.

    Args:
        facts: As just observed.
        operation: This run's record for the cluster.
        since: When this run first came to the cluster.
        attempt: How many times it has looked so far, from 0.
    """
    cluster, now = facts.cluster, facts.now
    if not operation.is_about(cluster):
        return NextRotationMove(RotationMove.STOP, RECREATED)
    if cluster.phase is Phase.ROTATING or operation.has_begun:
        return NextRotationMove(RotationMove.WATCH, _why_watch(cluster, operation))
    decision, unanswered = decide(facts), _without_answer(operation, now)
    if unanswered is not None:
        return unanswered
    if decision.action is not Action.ACT:
        return NextRotationMove(RotationMove.STOP, decision)
    if is_transitional(cluster):
        return wait_or_give_up(cluster, not_ready(cluster), since, now, attempt)
    return NextRotationMove(
        RotationMove.RESUME if cluster.phase is Phase.PAUSED else RotationMove.ROTATE, decision
    )


def _without_answer(operation: Operation, now: datetime) -> NextRotationMove | None:
    """What a call without an answer asks for, as long as no rotation is seen."""
    if operation.called_at is None or SETTLE <= now - operation.called_at < OVERLOOKED:
        return None
    if now - operation.called_at < SETTLE:
        soon = within_retry_budget(operation.outage_since or operation.called_at, now)
        return NextRotationMove(RotationMove.AGAIN, LOST_ANSWER, FIRST_PAUSE if soon else LOOK_AGAIN)
    return NextRotationMove(RotationMove.STOP, UNKNOWN)


def wait_or_give_up(
    cluster: Cluster, why: Decision, since: datetime, now: datetime, attempt: int
) -> NextRotationMove:
    """Wait a little longer each time, until the retry budget is spent."""
    if within_retry_budget(since, now):
        return NextRotationMove(RotationMove.AGAIN, why, pause_seconds(cluster.identifier, attempt))
    return NextRotationMove(RotationMove.STOP, give_up_waiting(why, now - since))


def _why_watch(cluster: Cluster, operation: Operation) -> Decision:
    if operation.has_begun or operation.called_at is not None:
        return act("picked_up", "this run had already started its rotation, and continues with it")
    return act("already_rotating", f"another rotation was already under way: {cluster.described}")
