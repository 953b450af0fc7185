"""Every ClusterStatus that Redshift documents, sorted by what it means for a change.

Source: Redshift API reference, Cluster.ClusterStatus (plain text there, no enumeration), and the management
guide's "Cluster status"; ``pausing`` and ``resuming`` are seen on the wire but not listed.
"""

from enum import StrEnum


class Phase(StrEnum):
    READY = "ready"
    ROTATING = "rotating"
    PAUSED = "paused"
    PAUSING = "pausing"
    TRANSITIONAL = "transitional"
    """Busy with something that ends by itself, usually in minutes."""
    RESIZING = "resizing"
    """Busy with something that can take days; queries may run meanwhile, changes may not."""
    DELETING = "deleting"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A status that was not documented when this was written: not ready, and worth a look."""


PHASES: dict[str, Phase] = {
    "available": Phase.READY,
    "rotating-keys": Phase.ROTATING,
    "paused": Phase.PAUSED,
    "pausing": Phase.PAUSING,
    "creating": Phase.TRANSITIONAL,
    "modifying": Phase.TRANSITIONAL,
    "rebooting": Phase.TRANSITIONAL,
    "renaming": Phase.TRANSITIONAL,
    "resuming": Phase.TRANSITIONAL,
    "updating-hsm": Phase.TRANSITIONAL,
    "available, prep-for-resize": Phase.RESIZING,
    "available, resize-cleanup": Phase.RESIZING,
    "cancelling-resize": Phase.RESIZING,
    "resizing": Phase.RESIZING,
    "deleting": Phase.DELETING,
    "final-snapshot": Phase.DELETING,
    "hardware-failure": Phase.FAILED,
    "incompatible-hsm": Phase.FAILED,
    "incompatible-network": Phase.FAILED,
    "incompatible-parameters": Phase.FAILED,
    "incompatible-restore": Phase.FAILED,
    "storage-full": Phase.FAILED,
}

AVAILABLE = "Available"
"""The one ClusterAvailabilityStatus that, together with status ``available``, means ready."""


def statuses(*phases: Phase) -> list[str]:
    """The documented statuses of these phases, in one fixed order (for the state machines' choices)."""
    return sorted(status for status, phase in PHASES.items() if phase in phases)


def phase_of(status: str, availability: str) -> Phase:
    """What status and availability mean together.

    ``available`` alone is not ready: AWS's own CloudFormation handler asks for both values. Comparison is
    exact on purpose: ``available, prep-for-resize`` starts with ``available`` and is not.
    """
    phase = PHASES.get(status.strip().lower(), Phase.UNKNOWN)
    if phase is Phase.READY and availability.strip().lower() != AVAILABLE.lower():
        return Phase.FAILED if availability.strip().lower() == "failed" else Phase.TRANSITIONAL
    return phase
