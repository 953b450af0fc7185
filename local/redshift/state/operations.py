"""The kinds of operations, and what a cluster shows while one runs."""

from dataclasses import dataclass
from datetime import datetime

AVAILABLE = "available"
PAUSED = "paused"
DELETING = "deleting"
FINAL_SNAPSHOT = "final-snapshot"

AVAILABILITY_OF_STATUS = {
    "available": "Available",
    "available, prep-for-resize": "Available",
    "available, resize-cleanup": "Available",
    "storage-full": "Available",
    "paused": "Unavailable",
    "hardware-failure": "Failed",
    "incompatible-hsm": "Failed",
    "incompatible-network": "Failed",
    "incompatible-parameters": "Failed",
    "incompatible-restore": "Failed",
}
"""ClusterAvailabilityStatus of a cluster on which nothing is under way (that of `paused` is a guess)."""

DELETABLE = frozenset(
    {"available", "incompatible-network", "incompatible-hsm", "incompatible-restore", "hardware-failure"}
)
"""Statuses of the lifecycles that DeleteCluster accepts (observed: hashicorp/terraform-provider-aws#4563)."""

BROKEN = DELETABLE - {"available"}
"""Deletable, but nothing of which a final snapshot could be taken (inferred)."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of operation.

    Attributes:
        name: What people call it.
        status: ClusterStatus meanwhile; None where the API does not show the operation.
        availability: ClusterAvailabilityStatus meanwhile; None where it stays as it is.
        duration: The knob that says how long it takes.
    """

    name: str
    status: str | None
    availability: str | None
    duration: str


CREATE = Work("create", "creating", "Modifying", "create_duration")
RESTORE = Work("restore", "creating", "Modifying", "restore_duration")
ROTATE = Work("rotate", "rotating-keys", "Modifying", "rotate_duration")
MODIFY = Work("modify", "modifying", "Modifying", "modify_duration")
RENAME = Work("rename", "renaming", "Modifying", "rename_duration")
RESIZE = Work("resize", "resizing", "Modifying", "resize_duration")
CANCEL_RESIZE = Work("cancel-resize", "cancelling-resize", "Modifying", "cancel_resize_duration")
PREPARE_RESIZE = Work("prepare-resize", "available, prep-for-resize", "Available", "resize_duration")
REBOOT = Work("reboot", "rebooting", "Unavailable", "reboot_duration")
PAUSE = Work("pause", "pausing", "Modifying", "pause_duration")
RESUME = Work("resume", "resuming", "Modifying", "resume_duration")
TAKE_FINAL_SNAPSHOT = Work("final-snapshot", FINAL_SNAPSHOT, "Modifying", "final_snapshot_duration")
DELETE = Work("delete", DELETING, "Modifying", "delete_duration")
TAKE_SNAPSHOT = Work("snapshot", None, None, "snapshot_duration")
CHANGE_ROLES = Work("change-roles", None, None, "role_duration")
CHANGE_LAKEHOUSE = Work("change-lakehouse", None, None, "lakehouse_duration")
HIDDEN = Work("hidden", None, None, "post_op_busy_tail")

BY_STATUS = {
    work.status: work
    for work in (
        *(CREATE, ROTATE, MODIFY, RENAME, RESIZE, CANCEL_RESIZE, PREPARE_RESIZE, REBOOT),
        *(PAUSE, RESUME, DELETE),
    )
}
"""The operations that a cluster can be found in, by the status that shows them."""


@dataclass(eq=False, slots=True)
class Operation:
    """One operation under way.

    Attributes:
        ends: None for one that never ends by itself.
    """

    work: Work
    status: str | None
    availability: str | None
    started: datetime
    ends: datetime | None
