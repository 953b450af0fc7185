"""From whatever state a cluster's roles are in: each rule of the steward's calls, in thousands of states.

The small fleet of roles is enough for every way in which they can differ: three that may be wanted, two of
other owners, one that the policy keeps and one that AWS manages; the quota is low, so that it is often
in the way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from steward.domain.sync_roles.attached import ADDING, IN_SYNC, REMOVING, AttachedRoles
from steward.domain.sync_roles.next_call import Next, RoleCall, RoleStep, is_reached, next_role_step
from steward.domain.sync_roles.settings import KEEP, NONE, Goal, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "arn:aws:iam::123456789012:role/"
A, B, C = (f"{ACCOUNT}{name}" for name in ("a", "b", "c"))
X, Y = f"{ACCOUNT}other/x", f"{ACCOUNT}y"
KEPT, LINKED = (
    f"{ACCOUNT}kept-1",
    f"{ACCOUNT}aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift",
)
ROLES = (A, B, C, X, Y, KEPT, LINKED)
WANTED = {
    "none": frozenset[str](),
    "one": frozenset({A}),
    "two": frozenset({A, B}),
    "three": frozenset({A, B, C}),
}

ENOUGH = 3
"""Calls: the default, what is added, what is removed."""


def goals() -> st.SearchStrategy[Goal]:
    def build(roles: frozenset[str], mode: Mode, removals: int, quota: int, default: int) -> Goal:
        choices = [KEEP, NONE, *sorted(roles)]
        chosen = choices[default % len(choices)]
        return Goal(roles, chosen, mode, ("kept-*",), removals, quota)

    return st.builds(
        build,
        st.sampled_from(list(WANTED.values())),
        st.sampled_from([Mode.ADD, Mode.EXACT, Mode.EXACT]),
        st.sampled_from([0, 1, 9, 9, 9]),
        st.sampled_from([3, 4, 5, 9]),
        st.integers(0, 4),
    )


def looks() -> st.SearchStrategy[AttachedRoles]:
    def build(statuses: tuple[str, ...], default: str) -> AttachedRoles:
        listed = {arn: status for arn, status in zip(ROLES, statuses, strict=True) if status}
        return AttachedRoles(listed, default)

    mostly = st.sampled_from(["", IN_SYNC, IN_SYNC, "", ADDING, REMOVING])
    return st.builds(build, st.tuples(*[mostly] * len(ROLES)), st.sampled_from(["", *ROLES]))


def from_any_state(rule: Callable[..., None]) -> Any:
    """A rule about every state that the roles can be in, and every goal."""
    return settings(max_examples=200)(given(looks(), goals())(rule))


def settled(attached: AttachedRoles) -> AttachedRoles:
    """What is on its way has arrived."""
    return replace(
        attached, statuses=dict.fromkeys((a for a in attached.statuses if a in attached.staying), IN_SYNC)
    )


def effect(attached: AttachedRoles, call: RoleCall) -> AttachedRoles:
    """What Redshift shows at once; it lists what is removed as `removing`, or no more (`settled`)."""
    changed = dict.fromkeys(call.add, ADDING) | dict.fromkeys(call.remove, REMOVING)
    return AttachedRoles(
        {**attached.statuses, **changed}, attached.default if call.default is None else call.default
    )


def journey(attached: AttachedRoles, goal: Goal) -> Iterator[tuple[AttachedRoles, RoleStep]]:
    """Looks and steps, until the steward is done with the cluster."""
    for _ in range(3 * ENOUGH):
        step = next_role_step(attached, goal)
        yield attached, step
        if step.next in {Next.DONE, Next.REFUSE}:
            return
        attached = effect(attached, step.call) if step.next is Next.CALL else settled(attached)
    raise AssertionError("it goes on and on")


def calls(attached: AttachedRoles, goal: Goal) -> list[tuple[AttachedRoles, RoleCall]]:
    """What was seen before each call, and the call."""
    return [(look, step.call) for look, step in journey(attached, goal) if step.next is Next.CALL]


@from_any_state
def test_it_arrives_in_few_calls_or_says_at_once_why_not(attached: AttachedRoles, goal: Goal) -> None:
    steps = list(journey(attached, goal))
    assert sum(step.next is Next.CALL for _, step in steps) <= ENOUGH
    last_look, last = steps[-1]
    if last.next is Next.REFUSE:
        assert all(step.next is not Next.CALL for _, step in steps)
    else:
        assert is_reached(last_look, goal)


@from_any_state
def test_the_end_is_what_the_policy_declares(attached: AttachedRoles, goal: Goal) -> None:
    last, step = list(journey(attached, goal))[-1]
    if step.next is Next.REFUSE:
        return
    assert all(last.statuses[arn] == IN_SYNC for arn in goal.roles)
    assert last.default == {KEEP: last.default, NONE: ""}.get(goal.default, goal.default)
    if goal.mode is Mode.EXACT:
        assert set(last.statuses) <= goal.roles | {KEPT, LINKED}


@from_any_state
def test_it_makes_no_difference_whether_removed_roles_are_listed_for_a_while(
    attached: AttachedRoles, goal: Goal
) -> None:
    gone_at_once = attached
    for look, call in calls(attached, goal):
        gone_at_once = settled(gone_at_once)
        assert gone_at_once.statuses.keys() == look.statuses.keys()
        shown = effect(gone_at_once, call)
        gone_at_once = replace(
            shown, statuses={arn: status for arn, status in shown.statuses.items() if status != REMOVING}
        )


@from_any_state
def test_a_call_adds_only_what_is_not_there_and_removes_only_what_is(
    attached: AttachedRoles, goal: Goal
) -> None:
    for look, call in calls(attached, goal):
        assert not set(call.add) & look.statuses.keys()
        assert set(call.remove) <= look.statuses.keys()
        assert len({*call.add, *call.remove}) == len([*call.add, *call.remove])


@from_any_state
def test_no_call_is_empty_and_none_says_what_is_so_already(attached: AttachedRoles, goal: Goal) -> None:
    for look, call in calls(attached, goal):
        assert call.add or call.remove or call.default is not None
        assert call.add or call.remove or call.default != look.default


@from_any_state
def test_nothing_is_called_while_a_role_is_on_its_way(attached: AttachedRoles, goal: Goal) -> None:
    for look, _ in calls(attached, goal):
        assert look.unsettled == ()


@from_any_state
def test_the_default_role_is_never_left_dangling(attached: AttachedRoles, goal: Goal) -> None:
    for look, call in calls(attached, goal):
        after = settled(effect(look, call))
        assert after.default in {"", *after.statuses}
        assert look.default not in call.remove
    last, step = list(journey(attached, goal))[-1]
    if step.next is Next.DONE:
        assert last.default in {"", *last.staying}


@from_any_state
def test_a_cluster_never_has_more_roles_than_its_quota_because_of_a_call(
    attached: AttachedRoles, goal: Goal
) -> None:
    for look, call in calls(attached, goal):
        if call.add:
            assert len(effect(look, call).statuses) <= goal.quota


@from_any_state
def test_in_mode_add_only_wanted_roles_are_ever_named(attached: AttachedRoles, goal: Goal) -> None:
    for _, call in calls(attached, replace(goal, mode=Mode.ADD)):
        assert set(call.add) <= goal.roles
        assert call.remove == ()
        assert call.default in {None, "", *goal.roles}


@from_any_state
def test_in_mode_exact_what_aws_or_the_policy_keeps_is_never_removed(
    attached: AttachedRoles, goal: Goal
) -> None:
    for _, call in calls(attached, goal):
        assert not set(call.remove) & ({KEPT, LINKED} | goal.roles)
        assert len(call.remove) <= goal.max_removals


@from_any_state
def test_what_is_as_it_should_be_is_left_alone(attached: AttachedRoles, goal: Goal) -> None:
    last, step = list(journey(attached, goal))[-1]
    if step.next is Next.DONE:
        assert next_role_step(last, goal).next is Next.DONE
        assert calls(last, goal) == []


@from_any_state
def test_in_mode_report_nothing_is_ever_called(attached: AttachedRoles, goal: Goal) -> None:
    assert calls(attached, replace(goal, mode=Mode.REPORT)) == []
