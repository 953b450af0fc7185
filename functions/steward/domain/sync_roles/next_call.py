"""The next call that brings a cluster's IAM roles closer to the policy, from their observed state.

Memoryless: whatever was called before, whoever else changes roles meanwhile, the next look says what is left.
Each call does one thing, and what it needs has settled before it: the default role is moved or cleared first,
then roles are added, then removed; only at the quota are roles removed before others are added.

Never sent, because Redshift's answer is not documented: a role that is there to be added, one that is
not there to be removed, the same one in both lists, nothing at all, or a removal of the default role
(Redshift API reference, ModifyClusterIamRoles; observed: aws/aws-sdk-go#4462).
"""

from dataclasses import dataclass
from enum import StrEnum

from steward.domain.decision import Decision, act, refuse, skip
from steward.domain.sync_roles.arn import names, role_name
from steward.domain.sync_roles.attached import IN_SYNC, AttachedRoles
from steward.domain.sync_roles.settings import KEEP, NONE, Goal, Mode

NO_DEFAULT = ""
"""As DefaultIamRoleArn it clears the default role (observed: aws-cdk, terraform-provider-aws)."""


class Next(StrEnum):
    """What a look leads to."""

    DONE = "done"
    SETTLE = "settle"
    """Roles are on their way in or out: nothing is called until they have arrived."""
    CALL = "call"
    REFUSE = "refuse"


@dataclass(frozen=True)
class RoleCall:
    """The parameters of one ModifyClusterIamRoles; a ``default`` of None leaves the default role alone."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True)
class RoleStep:
    """The next step with its reason; ``call`` goes with `Next.CALL`."""

    next: Next
    why: Decision
    call: RoleCall = RoleCall()


def next_role_step(attached: AttachedRoles, goal: Goal) -> RoleStep:
    """The next step towards ``goal``; equal observations give equal steps."""
    if goal.mode is Mode.REPORT:
        return RoleStep(Next.DONE, skip("report_only", "the policy says mode: report, so nothing is changed"))
    refused = refusal(attached, goal)
    if refused is not None:
        return RoleStep(Next.REFUSE, refused)
    if is_reached(attached, goal):
        return RoleStep(Next.DONE, skip("in_sync", "its roles match the policy"))
    if attached.unsettled:
        waiting = skip(
            "settling", f"waits until these roles are in-sync or gone: {names(attached.unsettled)}"
        )
        return RoleStep(Next.SETTLE, waiting)
    return _next_call(attached, goal)


def refusal(attached: AttachedRoles, goal: Goal) -> Decision | None:
    """Why the goal is not allowed, or not possible, from here; None when it is."""
    extra = _removable(attached, goal)
    if len(extra) > goal.max_removals:
        return refuse(
            "too_many_removals",
            f"{len(extra)} roles would be removed, more than max_removals ({goal.max_removals}) allows:"
            f" {names(extra)}",
        )
    total = len((attached.staying - set(extra)) | goal.roles)
    if total > goal.quota and goal.roles - attached.staying:
        return refuse(
            "over_quota",
            f"would have {total} roles, more than the {goal.quota} that Redshift allows; "
            f"these are missing: {names(goal.roles - attached.staying)}",
        )
    return None


def is_reached(attached: AttachedRoles, goal: Goal) -> bool:
    """Whether every wanted role is in-sync, every unwanted one gone and the default role as declared."""
    if any(attached.statuses.get(arn) != IN_SYNC for arn in goal.roles):
        return False
    return not _unwanted_left(attached, goal) and _default_to_set(attached, goal) is None


def _unwanted_left(attached: AttachedRoles, goal: Goal) -> bool:
    """Whether a role that goes, or that somebody just takes away, is still listed."""
    unwanted = (arn for arn in attached.statuses if arn not in goal.roles and not goal.is_protected(arn))
    return goal.mode is Mode.EXACT and any(unwanted)


def _removable(attached: AttachedRoles, goal: Goal) -> tuple[str, ...]:
    return goal.roles_to_remove(attached) if goal.mode is Mode.EXACT else ()


def _next_call(attached: AttachedRoles, goal: Goal) -> RoleStep:
    missing, extra = tuple(sorted(goal.roles - attached.staying)), _removable(attached, goal)
    default = _default_to_set(attached, goal)
    no_room = bool(missing) and len(attached.statuses) + len(missing) > goal.quota
    if default is not None and default not in missing:
        return _change_default(default, attached)
    if no_room and attached.default and attached.default not in attached.staying - set(extra):
        # moving it has to wait for the room that removals make, and no call may leave it dangling
        return _change_default(NO_DEFAULT, attached)
    if no_room:
        why = f"removes {names(extra)}, which no rule grants, to free quota for {names(missing)}"
        return RoleStep(Next.CALL, act("freeing_quota", why), RoleCall(remove=extra))
    if missing:
        return _add(missing, default, attached)
    return RoleStep(
        Next.CALL, act("removing", f"removes {names(extra)}, which no rule grants"), RoleCall(remove=extra)
    )


def _add(missing: tuple[str, ...], default: str | None, attached: AttachedRoles) -> RoleStep:
    """A default role that comes with the call is named in it, also when it only comes back."""
    named = default if default is not None else attached.default if attached.default in missing else None
    why = f"adds {names(missing)}" + (f", {role_name(named)} as the default" if named else "")
    return RoleStep(Next.CALL, act("adding", why), RoleCall(add=missing, default=named))


def _change_default(default: str, attached: AttachedRoles) -> RoleStep:
    before = role_name(attached.default) if attached.default else "none"
    why = f"makes {role_name(default)} the default role" if default else "clears the default role"
    return RoleStep(Next.CALL, act("default", f"{why} (it is {before})"), RoleCall(default=default))


def _default_to_set(attached: AttachedRoles, goal: Goal) -> str | None:
    """The default role to set, `NO_DEFAULT` to clear it, None to leave it.

    The policy's ``keep`` keeps a default role only as long as its role stays.
    """
    if goal.default == KEEP:
        stays = (attached.staying - set(_removable(attached, goal))) | goal.roles
        return None if not attached.default or attached.default in stays else NO_DEFAULT
    wanted = NO_DEFAULT if goal.default == NONE else goal.default
    return None if attached.default == wanted else wanted
