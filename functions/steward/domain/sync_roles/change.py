"""Who changed a cluster's roles behind the steward's back, as CloudTrail's event says.

The event's rule starts a run with the parts of the event that are always there: ``by`` is its userIdentity,
``request`` its requestParameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from steward.domain.errors import BadInput
from steward.domain.moments import format_moment, parse_moment
from steward.domain.sync_roles.arn import names
from steward.domain.sync_roles.attached import ADDING, REMOVING, AttachedRoles

LAG = timedelta(seconds=60)
"""How long after a change DescribeClusters may still show what was before it."""


@dataclass(frozen=True)
class RoleChange:
    """One ModifyClusterIamRoles of somebody else.

    Attributes:
        cluster: Whose roles.
        by: ARN of who called, or what else CloudTrail says of them.
        default: The new default role, empty when it was cleared; None when it was not mentioned.
    """

    cluster: str
    by: str
    at: datetime
    event_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    default: str | None

    @property
    def described(self) -> str:
        """For a reason: who did what and when."""
        done = [f"added {names(self.added)}"] if self.added else []
        done += [f"removed {names(self.removed)}"] if self.removed else []
        done += ["changed the default role"] if self.default is not None else []
        return f"{self.by} {' and '.join(done) or 'called ModifyClusterIamRoles'} at {format_moment(self.at)}"

    def apply_to(self, attached: AttachedRoles, now: datetime) -> AttachedRoles:
        """The roles as DescribeClusters will show them, should it still lag behind the change."""
        if now - self.at >= LAG:
            return attached
        added = {arn: ADDING for arn in self.added if arn not in attached.statuses}
        removed = {arn: REMOVING for arn in self.removed if arn in attached.statuses}
        default = attached.default if self.default is None else self.default
        return AttachedRoles({**attached.statuses, **added, **removed}, default)

    def evidence(self) -> dict[str, Any]:
        """As it stands in documents and events."""
        return {
            "by": self.by,
            "at": format_moment(self.at),
            "event_id": self.event_id,
            "added": list(self.added),
            "removed": list(self.removed),
            "summary": self.described,
        }


def role_change(drift: Mapping[str, Any]) -> RoleChange | None:
    """The change in the input's ``drift``; None when there is none.

    Raises:
        BadInput: It is not what the event's rule sends.
    """
    if not drift:
        return None
    request = drift.get("request")
    request = request if isinstance(request, dict) else {}
    return RoleChange(
        cluster=str(request.get("clusterIdentifier", "")).lower(),
        by=_caller(drift.get("by")),
        at=_moment(drift.get("at")),
        event_id=str(drift.get("event_id", "")),
        added=_arns(request.get("addIamRoles")),
        removed=_arns(request.get("removeIamRoles")),
        default=request.get("defaultIamRoleArn"),
    )


def _caller(identity: Any) -> str:
    """CloudTrail user guide, userIdentity element: AWS services have no ARN."""
    identity = identity if isinstance(identity, dict) else {}
    named = (identity.get(key) for key in ("arn", "invokedBy", "principalId", "accountId"))
    return str(next((name for name in named if name), "somebody whom CloudTrail does not name"))


def _moment(text: Any) -> datetime:
    try:
        return parse_moment(str(text))
    except ValueError:
        raise BadInput(
            "drift.at: must be the moment of CloudTrail's event; the event's rule sets it, so leave drift out"
        ) from None


def _arns(value: Any) -> tuple[str, ...]:
    return tuple(str(arn) for arn in value) if isinstance(value, list) else ()
