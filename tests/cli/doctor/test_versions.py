"""Which published versions of a function no run needs any more."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.doctor.version_checks import PublishedVersion, versions_to_delete

VERSIONS = [PublishedVersion("start", str(n), datetime(2026, n, 1, tzinfo=UTC)) for n in (1, 2, 3)]


def test_without_a_run_only_the_newest_version_is_needed() -> None:
    assert [each.number for each in versions_to_delete(VERSIONS, None)] == ["1", "2"]


def test_a_run_needs_the_version_that_was_the_newest_when_it_began_and_those_after_it() -> None:
    began = {1: [], 2: ["1"], 3: ["1", "2"]}
    for month, expected in began.items():
        oldest = datetime(2026, month, 15, tzinfo=UTC)
        assert [each.number for each in versions_to_delete(VERSIONS, oldest)] == expected
