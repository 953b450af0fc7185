"""The next call for a cluster's roles, rule by rule; `test_properties` holds them in all states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from steward.domain.sync_roles.attached import AttachedRoles, attached_roles
from steward.domain.sync_roles.drift import drift_of
from steward.domain.sync_roles.next_call import Next, RoleCall, next_role_step
from steward.domain.sync_roles.settings import Mode
from tests.support.role_facts import ACCOUNT, COPY, KEPT, LINKED, OLD, UNLOAD, goal, observed

if TYPE_CHECKING:
    from steward.domain.sync_roles.settings import Goal


def call(look: AttachedRoles, wanted: Goal) -> RoleCall:
    """The one call that follows."""
    step = next_role_step(look, wanted)
    assert step.next is Next.CALL
    return step.call


def test_the_roles_are_read_from_what_describe_clusters_lists() -> None:
    listed = [
        {"IamRoleArn": COPY, "ApplyStatus": "in-sync"},
        {"IamRoleArn": UNLOAD},
        {"ApplyStatus": "adding"},
    ]
    look = attached_roles({"IamRoles": listed, "DefaultIamRoleArn": COPY})
    assert look == AttachedRoles({COPY: "in-sync", UNLOAD: ""}, COPY)
    assert attached_roles({}) == AttachedRoles()


def test_a_status_that_is_not_documented_is_waited_for() -> None:
    look = observed(COPY, unload="failing-over")
    assert look.unsettled == (UNLOAD,)
    assert next_role_step(look, goal(COPY, UNLOAD)).next is Next.SETTLE


def test_nothing_is_done_when_every_wanted_role_is_in_sync_and_no_other_is_there() -> None:
    step = next_role_step(observed(COPY, UNLOAD, KEPT, LINKED), goal(COPY, UNLOAD))
    assert (step.next, step.why.code) == (Next.DONE, "in_sync")


def test_roles_on_their_way_are_waited_for_by_name() -> None:
    step = next_role_step(observed(COPY, unload="adding"), goal(COPY, UNLOAD))
    assert step.next is Next.SETTLE
    assert step.why.reason == "waits until these roles are in-sync or gone: unload"


def test_a_wanted_role_that_is_being_removed_is_added_again_once_it_is_gone() -> None:
    assert next_role_step(observed(COPY, unload="removing"), goal(COPY, UNLOAD)).next is Next.SETTLE
    assert call(observed(COPY), goal(COPY, UNLOAD)) == RoleCall(add=(UNLOAD,))


def test_a_role_that_others_take_away_is_gone_only_when_it_is_no_longer_listed() -> None:
    assert next_role_step(observed(COPY, old="removing"), goal(COPY)).next is Next.SETTLE
    assert next_role_step(observed(COPY, old="removing"), goal(COPY, mode=Mode.ADD)).next is Next.DONE


def test_the_default_is_moved_first_then_roles_are_added_then_removed() -> None:
    wanted = goal(COPY, UNLOAD, default=COPY)
    look = observed(COPY, OLD, default=OLD)
    assert call(look, wanted) == RoleCall(default=COPY)
    look = replace(look, default=COPY)
    assert call(look, wanted) == RoleCall(add=(UNLOAD,))
    assert call(observed(COPY, UNLOAD, OLD, default=COPY), wanted) == RoleCall(remove=(OLD,))


def test_a_default_that_is_still_missing_comes_with_its_role_in_one_call() -> None:
    step = next_role_step(observed(OLD, default=OLD), goal(COPY, UNLOAD, default=COPY))
    assert step.call == RoleCall(add=(COPY, UNLOAD), default=COPY)
    assert step.why.reason == "adds copy, unload, copy as the default"


def test_none_clears_the_default_with_the_empty_string() -> None:
    step = next_role_step(observed(COPY, default=COPY), goal(COPY, default="none"))
    assert step.call == RoleCall(default="")
    assert step.why.reason == "clears the default role (it is copy)"


def test_keep_leaves_the_default_alone_as_long_as_its_role_stays() -> None:
    assert next_role_step(observed(COPY, KEPT, default=KEPT), goal(COPY)).next is Next.DONE
    assert call(observed(COPY, OLD, default=OLD), goal(COPY)) == RoleCall(default="")


def test_a_default_that_dangles_is_cleared_or_comes_back_with_its_role() -> None:
    assert call(observed(COPY, default=OLD), goal(COPY)) == RoleCall(default="")
    assert call(observed(COPY, default=UNLOAD), goal(COPY, UNLOAD)) == RoleCall(add=(UNLOAD,), default=UNLOAD)


def test_at_the_quota_roles_are_removed_before_others_are_added() -> None:
    step = next_role_step(observed(COPY, OLD), goal(COPY, UNLOAD, quota=2))
    assert step.call == RoleCall(remove=(OLD,))
    assert step.why.reason == "removes old, which no rule grants, to free quota for unload"


@pytest.mark.parametrize("default", [OLD, UNLOAD, f"{ACCOUNT}long-gone"])
def test_at_the_quota_a_default_in_the_way_is_cleared_before_anything_else(default: str) -> None:
    wanted = goal(COPY, UNLOAD, quota=2, default=UNLOAD)
    assert call(observed(COPY, OLD, default=default), wanted) == RoleCall(default="")


def test_more_roles_than_redshift_allows_are_refused() -> None:
    step = next_role_step(observed(COPY, KEPT), goal(COPY, UNLOAD, quota=2))
    assert step.next is Next.REFUSE
    assert (
        step.why.reason
        == "would have 3 roles, more than the 2 that Redshift allows; these are missing: unload"
    )
    full = observed(COPY, KEPT, LINKED)
    assert next_role_step(full, goal(COPY, quota=2)).next is Next.DONE, "nothing has to be added"


def test_more_removals_than_the_policy_allows_are_refused_before_anything_is_called() -> None:
    step = next_role_step(observed(OLD, f"{ACCOUNT}older"), goal(COPY, max_removals=1))
    assert step.next is Next.REFUSE
    assert step.why.reason == "2 roles would be removed, more than max_removals (1) allows: old, older"


def test_in_mode_add_nothing_is_removed_and_in_mode_report_nothing_is_called() -> None:
    look = observed(OLD)
    assert call(look, goal(COPY, mode=Mode.ADD)) == RoleCall(add=(COPY,))
    assert next_role_step(look, goal(COPY, mode=Mode.REPORT)).why.code == "report_only"


def test_drift_names_what_is_missing_what_is_too_much_and_the_default() -> None:
    drift = drift_of(observed(COPY, OLD, unload="removing", default=OLD), goal(COPY, UNLOAD, default="none"))
    assert drift.described == (
        "missing: unload; unexpected (no rule grants it): old; the default role is old instead of none"
    )
    assert drift.evidence() == {
        "missing": [UNLOAD],
        "unwanted": [OLD],
        "default": {"found": OLD, "wanted": ""},
    }


def test_what_the_mode_or_the_policy_leaves_alone_is_no_drift() -> None:
    assert not drift_of(observed(COPY, OLD, default=OLD), goal(COPY, mode=Mode.ADD))
    assert not drift_of(observed(COPY, KEPT, LINKED, default=KEPT), goal(COPY))
    assert drift_of(observed(COPY), goal(COPY, default=COPY)).evidence() == {
        "missing": [],
        "unwanted": [],
        "default": {"found": "", "wanted": COPY},
    }
    assert not drift_of(observed(COPY, default=COPY), goal(COPY, default=COPY))
