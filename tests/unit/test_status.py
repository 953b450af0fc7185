"""Statuses: ready is one pair of values and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.status import PHASES, Phase, phase_of, statuses


def test_available_and_available_is_ready() -> None:
    assert phase_of("available", "Available") is Phase.READY


@given(st.text(), st.text())
def test_nothing_else_is_ready(status: str, availability: str) -> None:
    meant = (status.strip().lower(), availability.strip().lower())
    assert (phase_of(status, availability) is Phase.READY) == (meant == ("available", "available"))


@pytest.mark.parametrize("availability", ["", "Modifying", "Maintenance", "Unavailable", "available, soon"])
def test_available_alone_is_busy_not_ready(availability: str) -> None:
    assert phase_of("available", availability) is Phase.TRANSITIONAL


def test_available_that_failed_is_broken() -> None:
    assert phase_of("available", "Failed") is Phase.FAILED


def test_a_status_that_only_begins_like_available_is_a_resize() -> None:
    assert phase_of("available, prep-for-resize", "Available") is Phase.RESIZING
    assert phase_of("available, resize-cleanup", "Available") is Phase.RESIZING


@pytest.mark.parametrize("status", ["", "sleeping", "AVAILABLE-ish"])
def test_a_status_that_nobody_documented_is_unknown_and_never_guessed(status: str) -> None:
    assert phase_of(status, "Available") is Phase.UNKNOWN


@pytest.mark.parametrize("status", PHASES)
def test_case_and_blanks_do_not_matter(status: str) -> None:
    assert phase_of(f" {status.upper()} ", "Available") is PHASES[status]


def test_statuses_are_listed_by_phase_in_one_order() -> None:
    assert statuses(Phase.PAUSED, Phase.PAUSING) == ["paused", "pausing"]
    assert statuses(Phase.DELETING) == ["deleting", "final-snapshot"]
    assert statuses() == []


def test_every_phase_but_unknown_has_a_status() -> None:
    assert set(Phase) - set(PHASES.values()) == {Phase.UNKNOWN}
