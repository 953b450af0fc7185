"""sync-roles: functions die, answers are lost, runs are stopped; no role is added or removed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.roles import COPY, UNLOAD, calls, given, has, roles

if TYPE_CHECKING:
    from tests.support.scenario import Steward

CAREFUL = {"add_existing_role": "InvalidParameterValue", "remove_absent_role": "InvalidParameterValue"}
"""Redshift as it may be: a role that is added twice is an error."""

WANTED = [{"add": [UNLOAD]}, {"remove": ["old"]}]


BEFORE, DURING, AFTER = 5, 6, 7
"""AWS calls of Converge: write-ahead, change and note, after lock, record, look and the event of drift."""


@pytest.mark.parametrize("call", [BEFORE, DURING, AFTER])
def test_converge_may_die_around_its_call(steward: Steward, call: int) -> None:
    given(steward, [has("sales", COPY, "old", knobs=CAREFUL)])
    steward.kill("ConvergeRoles", "during", call)

    result = steward.run_again()

    assert result.outcome("sales") == "synced"
    assert calls(result) == WANTED
    assert roles(steward, "sales") == {COPY: "in-sync", UNLOAD: "in-sync"}
    assert result.locks == {}


def test_a_call_that_never_arrived_is_made_once_a_look_has_shown_it(steward: Steward) -> None:
    given(steward, [has("sales", COPY, "old", knobs=CAREFUL | {"describe_lag": "30 seconds"})])
    steward.drop_request("ModifyClusterIamRoles")

    result = steward.run_again()

    assert result.outcome("sales") == "synced"
    assert calls(result) == WANTED
    first, second, *_ = result.to_redshift("ModifyClusterIamRoles")
    assert (second.at - first.at).total_seconds() >= 60


@pytest.mark.parametrize("code", ["AccessDenied", "UnauthorizedOperation"])
def test_a_change_that_iam_denies_ends_this_cluster_at_once_with_its_words(
    steward: Steward, code: str
) -> None:
    denied = {"fault": "error", "call": "ModifyClusterIamRoles", "code": code}
    given(steward, [has("sales", COPY, "old", faults=[denied]), has("stock", COPY)])

    result = steward.run_again()

    assert result.outcomes == {"sales": "refused", "stock": "synced"}
    assert f"{code}: " in result.reason("sales")
    assert result.attempts("ModifyClusterIamRoles", "sales") == [code]
    assert result.locks == {}


def test_a_run_that_is_stopped_is_picked_up_by_the_next_without_a_call_twice(steward: Steward) -> None:
    given(steward, [has("sales", COPY, "old", knobs=CAREFUL)])
    stopped = steward.stop_after(steward.start(), seconds=30)
    assert stopped.status == "ABORTED"

    result = steward.run_again()

    assert result.outcome("sales") == "synced"
    assert calls(result) == WANTED
    assert result.locks == {}


def test_a_cluster_that_another_run_has_locked_waits_for_it_and_finds_nothing_left(steward: Steward) -> None:
    given(steward, [has("sales", COPY, "old", knobs=CAREFUL)])
    first, second = [steward.wait(run) for run in steward.start_together(None, None)]

    assert sorted([first.outcome("sales"), second.outcome("sales")]) == ["in_sync", "synced"]
    assert calls(second) == WANTED
