"""What is counted follows from what programs are told."""

from __future__ import annotations

import pytest

from steward.domain import events
from steward.domain.measures import MEASURED, Measure, measures_of

WORKFLOW = {"workflow": "rotate-keys"}


def test_every_kind_of_event_is_counted() -> None:
    assert set(MEASURED) == set(events.KINDS)


def test_an_event_of_an_unknown_kind_is_not_counted() -> None:
    assert measures_of("Somebody Else's", {}) == ()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (events.RUN_STARTED, "RunsStarted"),
        (events.DRIFT_FOUND, "DriftFound"),
        (events.APPROVAL_REQUESTED, "ApprovalsRequested"),
    ],
)
def test_an_event_counts_once_for_its_workflow(kind: str, name: str) -> None:
    (measure,) = measures_of(kind, WORKFLOW)
    assert measure == Measure(name, 1, "rotate-keys")
    assert measure.dimensions == WORKFLOW


def test_operations_are_counted_by_outcome() -> None:
    (measure,) = measures_of(events.OPERATION_FINISHED, WORKFLOW | {"outcome": "timed_out"})
    assert (measure.name, measure.dimensions) == ("Operations", WORKFLOW | {"outcome": "timed_out"})


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("done", "RunsFinished"),
        ("planned", "RunsFinished"),
        ("stopped", "RunsFailed"),
        ("refused", "RunsFailed"),
    ],
)
def test_a_run_that_did_not_go_through_counts_as_failed(status: str, name: str) -> None:
    count, seconds = measures_of(events.RUN_FINISHED, WORKFLOW | {"status": status, "seconds": 90})
    assert (count.name, count.value) == (name, 1)
    assert (seconds.name, seconds.value, seconds.unit) == ("RunSeconds", 90, "Seconds")
