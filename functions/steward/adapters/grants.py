"""What an adapter needs to be allowed: the infrastructure grants exactly these, a test proves them used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a permission is narrowed to; the infrastructure turns each into ARNs."""

    ANY = "any"
    """Actions that IAM can not narrow to a resource."""
    CLUSTERS = "clusters"
    KMS_KEYS = "kms_keys"
    LEDGER = "ledger"
    RUNS = "runs"
    """Objects under ``runs/`` in the runs bucket."""
    EXECUTIONS = "executions"
    """Executions of the steward's own state machines."""
    NOTICES = "notices"
    EVENT_BUS = "event_bus"


@dataclass(frozen=True)
class Grant:
    """Permission for ``actions`` within ``scope``."""

    scope: Scope
    actions: tuple[str, ...]


def grant(scope: Scope, *actions: str) -> Grant:
    """Permission for ``actions`` (``service:Operation``) within ``scope``."""
    return Grant(scope, actions)
