"""A cluster that somebody renames is found by its namespace, and is put back under its new name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.deprovision.baseline import Baseline
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.moves import Call, Control, Fact
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.permit import objections
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.planned_cluster import Whereabouts, whereabouts
from steward.domain.deprovision.progress import Waiting
from steward.domain.deprovision.rollback import out_of_sight
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    FRESH,
    HASH,
    MINUTE,
    PAUSED,
    PLANNED,
    STOPPED,
    details,
    final,
    open_delete,
    power,
    situation,
    summary,
)
from tests.support.facts import CREATED, NAMESPACE, NOW

if TYPE_CHECKING:
    from steward.domain.deprovision.stages.deletion import Delete

RENAMED = {"identifier": "analytics-old"}
RAN = Baseline(NAMESPACE, format_moment(CREATED), was_paused=False)
SILENT = details(namespace_arn="", **RENAMED)
STRANGER = details(namespace_arn="another", identifier="reports")


@pytest.mark.parametrize(
    ("fleet", "expected"),
    [
        ([STRANGER], Whereabouts()),
        ([STRANGER, details(**RENAMED)], Whereabouts(details(**RENAMED))),
        ([SILENT], Whereabouts(unseen=True)),
        ([SILENT, details(**RENAMED)], Whereabouts(details(**RENAMED))),
        ([replace(SILENT, cluster=replace(SILENT.cluster, created_at=NOW))], Whereabouts()),
        ([details(identifier=copy_name("analytics", "arn"))], Whereabouts()),
        ([details(), STRANGER], Whereabouts()),
        ([details(**RENAMED), details(identifier="analytics-2")], Whereabouts(unseen=True)),
    ],
)
def test_a_cluster_is_found_by_its_namespace_and_by_nothing_less(
    fleet: list[Any], expected: Whereabouts
) -> None:
    assert whereabouts(PLANNED, fleet) == expected


def test_of_a_cluster_without_a_known_namespace_nothing_is_guessed() -> None:
    assert whereabouts(replace(PLANNED, namespace_arn=""), [details(**RENAMED)]) == Whereabouts(unseen=True)


def renamed(cluster: dict[str, Any] | None = None, **done: Any) -> Any:
    return situation(observed={"details": details(**RENAMED, **(cluster or {}))}, done=done)


def test_a_renamed_cluster_is_not_deleted_for_nobody_approved_that() -> None:
    step = next_move(renamed())

    assert summary(step) == (Fact.STOPPED, "renamed", Outcome.REFUSED)
    assert step.reason == "was renamed to analytics-old after it was planned, so nobody approved this"
    assert "it was renamed to analytics-old" in list(objections(renamed()))


@pytest.mark.parametrize(
    ("cluster", "done", "expected"),
    [
        ({"tags": {APPROVED_TAG: HASH}}, {}, (Call.UNTAG, "untag")),
        (PAUSED, {"power": power("pause")}, (Call.RESUME, "resume")),
        (PAUSED, {"power": power("resume", FRESH)}, (Control.AGAIN, "resuming")),
        ({}, {"power": power("pause")}, (Control.END, "rejected", Outcome.REJECTED)),
    ],
)
def test_it_is_put_back_under_its_new_name_which_the_wait_loops_do_not_know(
    cluster: dict[str, Any], done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert summary(next_move(renamed(cluster, **STOPPED, **done))) == expected


def gone(**changes: Any) -> dict[str, Any]:
    return {"details": None, "inspection": None, "plan": None, "baseline": RAN, **changes}


def test_what_is_changed_on_a_cluster_that_is_not_there_is_looked_for_as_long_as_a_busy_one() -> None:
    waited = {"waiting": Waiting("unseen", NOW - 21 * MINUTE)}

    assert summary(next_move(situation(observed=gone(), done=STOPPED))) == (Control.AGAIN, "unseen")
    assert next_move(situation(observed=gone(), done=STOPPED | waited)).move is Control.END
    assert next_move(situation(observed=gone(baseline=None), done=STOPPED)).move is Control.END


def test_a_person_is_told_what_to_put_back_on_a_cluster_that_may_be_there_unseen() -> None:
    told = out_of_sight(situation(observed=gone(unseen=True)))

    assert "before the first change it was running, without the tag steward:deletion-approved" in told
    slept = replace(RAN, was_paused=True)
    assert "it was paused, without" in out_of_sight(situation(observed=gone(unseen=True, baseline=slept)))
    assert out_of_sight(situation(observed=gone())) == "", "no cluster can be this one"
    assert out_of_sight(situation(observed=gone(unseen=True, baseline=None))) == "", "nothing was changed"


@pytest.mark.parametrize(
    ("delete", "saved", "expected"),
    [
        (open_delete(accepted_at=None), {}, Fact.DELETION_NOT_APPLIED),
        (open_delete(), {}, Fact.DELETION_FAILED),
        (open_delete(accepted_at=None), final(), Fact.DELETION_FAILED),
    ],
)
def test_a_cluster_with_a_new_name_was_not_deleted_whatever_the_call_came_to(
    delete: Delete, saved: dict[str, Any], expected: Fact
) -> None:
    found = situation(observed={"details": details(**RENAMED), **saved}, done={"delete": delete})

    assert next_move(found).move is expected
