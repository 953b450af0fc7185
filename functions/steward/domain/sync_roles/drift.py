"""How a cluster's IAM roles differ from the policy: drift, in words and as evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from steward.domain.sync_roles.arn import names, role_name
from steward.domain.sync_roles.attached import AttachedRoles
from steward.domain.sync_roles.settings import KEEP, NONE, Goal, Mode


@dataclass(frozen=True)
class Drift:
    """How the roles differ from the policy; false when they do not.

    Attributes:
        missing: Wanted roles that are not there, or on their way out.
        unwanted: Roles that the cluster has and no rule grants; none in mode ``add``.
        default_found: The default role, empty when there is none.
        default_wanted: The one that the policy declares, empty for none; None when it declares nothing else.
    """

    missing: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    default_found: str = ""
    default_wanted: str | None = None

    def __bool__(self) -> bool:
        return bool(self.missing or self.unwanted) or self.default_wanted is not None

    @property
    def described(self) -> str:
        """One clause for each difference, for reasons."""
        return "; ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.missing:
            yield f"missing: {names(self.missing)}"
        if self.unwanted:
            yield f"unexpected (no rule grants it): {names(self.unwanted)}"
        if self.default_wanted is not None:
            found, wanted = _or_none(self.default_found), _or_none(self.default_wanted)
            yield f"the default role is {found} instead of {wanted}"

    def evidence(self) -> dict[str, Any]:
        """JSON for documents and events; ``default`` is left out when it does not differ."""
        default = {"found": self.default_found, "wanted": self.default_wanted}
        differs = self.default_wanted is not None
        return {
            "missing": list(self.missing),
            "unwanted": list(self.unwanted),
            **({"default": default} if differs else {}),
        }


def drift_of(attached: AttachedRoles, goal: Goal) -> Drift:
    """A role that is being removed counts as missing."""
    missing = tuple(sorted(goal.roles - attached.staying))
    unwanted = () if goal.mode is Mode.ADD else goal.roles_to_remove(attached)
    if goal.default == KEEP:
        return Drift(missing, unwanted, attached.default)
    wanted = "" if goal.default == NONE else goal.default
    return Drift(missing, unwanted, attached.default, None if attached.default == wanted else wanted)


def _or_none(arn: str) -> str:
    return role_name(arn) if arn else "none"
