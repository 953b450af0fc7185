"""Whether one cluster's encryption keys are to be rotated now, and why or why not.

Sources: Redshift API reference, RotateEncryptionKey; Redshift management guide, "Encryption key rotation" and
"Pausing and resuming a cluster".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from steward.domain.calendar import is_open, near_maintenance, next_opening
from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, act, refuse, skip
from steward.domain.durations import humanize
from steward.domain.moments import format_moment
from steward.domain.preconditions import (
    UNKNOWN_KEY,
    refuse_if_broken,
    skip_if_deleting,
    skip_if_excluded,
    skip_if_resizing,
    skip_if_restore_copy,
)
from steward.domain.rotate_keys.last_rotation import LastRotation
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.status import Phase

ALREADY_ROTATING = "already_rotating"
"""Code of the decision to join a rotation that is under way."""


@dataclass(frozen=True)
class Overrides:
    """What this run may do beyond the policy's rules, from its input.

    Attributes:
        force: Rotate although not due.
        ignore_window: Start although the change window is closed.
    """

    force: bool = False
    ignore_window: bool = False


@dataclass(frozen=True)
class RotationFacts:
    """Everything that the decision about one cluster rests on.

    Attributes:
        key_state: KMS KeyState of the cluster's key, empty when it is not known.
    """

    cluster: Cluster
    last: LastRotation
    settings: RotationSettings
    overrides: Overrides
    now: datetime
    key_state: str = ""


def decide(facts: RotationFacts) -> Decision:
    """The first rule that has something to say decides; none does when all is well."""
    for rule in RULES:
        decision = rule(facts)
        if decision is not None:
            return decision
    return act("due", facts.last.describe(facts.now))


def _skip_if_deleting(q: RotationFacts) -> Decision | None:
    return skip_if_deleting(q.cluster)


def _skip_if_restore_copy(q: RotationFacts) -> Decision | None:
    return skip_if_restore_copy(q.cluster)


def _skip_if_excluded(q: RotationFacts) -> Decision | None:
    return skip_if_excluded(q.cluster, q.settings.exclude)


def _refuse_if_unencrypted(q: RotationFacts) -> Decision | None:
    if q.cluster.encrypted is False:
        return refuse("unencrypted", "is not encrypted, so it has no keys to rotate; encrypt it first")
    if q.cluster.encrypted is None:
        return refuse("encryption_unknown", "DescribeClusters did not say whether it is encrypted")
    return None


def _refuse_if_hsm(q: RotationFacts) -> Decision | None:
    if q.cluster.hsm:
        return refuse("hsm", "keeps its keys in a hardware security module; rotate them there")
    return None


def _refuse_if_broken(q: RotationFacts) -> Decision | None:
    return refuse_if_broken(q.cluster)


def _join_a_rotation(q: RotationFacts) -> Decision | None:
    if q.cluster.phase is Phase.ROTATING:
        return act(ALREADY_ROTATING, "a rotation is already under way; it is not started again")
    return None


def _skip_unless_due(q: RotationFacts) -> Decision | None:
    if q.overrides.force or q.last.is_due(q.settings.max_age, q.now):
        return None
    return skip("not_due", f"{q.last.describe(q.now)}; {q.last.describe_due(q.settings.max_age, q.now)}")


def _skip_if_paused(q: RotationFacts) -> Decision | None:
    if q.cluster.phase is Phase.PAUSING:
        return skip("pausing", "is being paused")
    if q.cluster.phase is Phase.PAUSED and q.settings.paused == "skip":
        return skip("paused", "is paused, and the policy says paused: skip")
    return None


def _skip_if_resizing(q: RotationFacts) -> Decision | None:
    return skip_if_resizing(q.cluster)


def _skip_if_changes_pend(q: RotationFacts) -> Decision | None:
    if q.cluster.pending:
        return skip("pending_changes", f"has changes waiting to be applied: {', '.join(q.cluster.pending)}")
    return None


def _skip_in_blackout(q: RotationFacts) -> Decision | None:
    for blackout in q.settings.blackouts:
        if blackout.covers(q.settings.timezone, q.now, q.cluster.identifier, q.cluster.tags):
            ends = format_moment(blackout.ends(q.settings.timezone))
            return skip("blackout", f'is in the blackout "{blackout.name}" until {ends}')
    return None


def _skip_outside_window(q: RotationFacts) -> Decision | None:
    window = q.settings.window
    if window is None or q.overrides.ignore_window or is_open(window, q.settings.timezone, q.now):
        return None
    opens = next_opening(window, q.settings.timezone, q.now)
    return skip(
        "window_closed",
        f"the change window {window} ({q.settings.timezone}) is closed and opens in"
        f" {humanize((opens - q.now).total_seconds())}; nothing starts outside it",
    )


def _skip_near_maintenance(q: RotationFacts) -> Decision | None:
    margin = q.settings.maintenance_margin
    try:
        why = near_maintenance(q.cluster.next_maintenance_at, q.cluster.maintenance_window, margin, q.now)
    except ValueError as error:
        return refuse("maintenance_unknown", f"has a maintenance window that cannot be read: {error}")
    return skip("maintenance", f"is too close to its maintenance: {why}") if why else None


def _refuse_if_key_unusable(q: RotationFacts) -> Decision | None:
    if q.key_state in {"", UNKNOWN_KEY, "Enabled"}:
        return None
    return refuse("key_unusable", f"its KMS key {q.cluster.kms_key} is {q.key_state}; enable the key first")


RULES: tuple[Callable[[RotationFacts], Decision | None], ...] = (
    _skip_if_deleting,
    _skip_if_restore_copy,
    _skip_if_excluded,
    _refuse_if_unencrypted,
    _refuse_if_hsm,
    _refuse_if_broken,
    _join_a_rotation,
    _skip_unless_due,
    _skip_if_paused,
    _skip_if_resizing,
    _skip_if_changes_pend,
    _skip_in_blackout,
    _skip_outside_window,
    _skip_near_maintenance,
    _refuse_if_key_unusable,
)
"""In order: what can never be, what is under way, what is not wanted, what is not possible now."""


def is_transitional(cluster: Cluster) -> bool:
    """Whether the cluster is busy with something that ends by itself, so that waiting is worth while."""
    return cluster.phase in {Phase.TRANSITIONAL, Phase.UNKNOWN}
