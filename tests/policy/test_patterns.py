"""Patterns of identifiers: which cover which."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy.role_checks import pattern_covers
from steward.domain.selection import Selector

patterns = st.text(alphabet="ab*?", min_size=1, max_size=4)


@given(patterns, patterns, st.text(alphabet="ab", max_size=5))
def test_a_pattern_that_covers_another_matches_all_that_the_other_matches(
    wide: str, narrow: str, name: str
) -> None:
    if pattern_covers(wide, narrow) and Selector(identifiers=(narrow,)).matches(name, {}):
        assert Selector(identifiers=(wide,)).matches(name, {})
