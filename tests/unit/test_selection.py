"""Selection: which clusters a rule is about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.domain.selection import ANY_VALUE, Selector

KEYS = st.sampled_from(["environment", "team", "tier"])
VALUES = st.sampled_from(["production", "staging", "finance", ""])
TAGS = st.dictionaries(KEYS, VALUES)
PATTERNS = st.sampled_from(["*", "tmp-*", "etl-?", "warehouse"])
IDENTIFIERS = st.sampled_from(["warehouse", "tmp-1", "etl-a", "etl-long", "reports"])
WANTED = st.lists(st.one_of(VALUES, st.just(ANY_VALUE)), min_size=1, max_size=2).map(tuple)
SELECTORS = st.builds(Selector, st.dictionaries(KEYS, WANTED), st.lists(PATTERNS, max_size=2).map(tuple))


def test_an_empty_selector_selects_every_cluster_and_excludes_none() -> None:
    assert Selector().matches("warehouse", {})
    assert Selector().why("warehouse", {"team": "finance"}) is None


def test_select_wants_every_tag_with_one_of_its_values() -> None:
    selector = Selector({"environment": ("production", "staging"), "team": (ANY_VALUE,)})
    assert selector.matches("a", {"environment": "staging", "team": "finance"})
    assert not selector.matches("a", {"environment": "staging"})
    assert not selector.matches("a", {"environment": "dev", "team": "finance"})


def test_a_tag_with_an_empty_value_is_present() -> None:
    assert Selector({"team": (ANY_VALUE,)}).matches("a", {"team": ""})
    assert Selector({"team": ("",)}).matches("a", {"team": ""})


def test_tags_are_compared_case_sensitively_and_identifiers_are_lower_case() -> None:
    assert not Selector({"Team": (ANY_VALUE,)}).matches("a", {"team": "x"})
    assert not Selector({"team": ("x",)}).matches("a", {"team": "X"})
    assert Selector(identifiers=("etl-*",)).matches("ETL-1", {})


def test_select_wants_one_of_the_identifier_patterns() -> None:
    selector = Selector(identifiers=("etl-?", "warehouse"))
    assert selector.matches("etl-1", {})
    assert selector.matches("warehouse", {})
    assert not selector.matches("etl-12", {})


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        (Selector({"tier": (ANY_VALUE,)}), "tag tier is missing"),
        (Selector({"team": ("ops", "data")}), "tag team is finance, not ops or data"),
        (Selector(identifiers=("a-*", "b-*")), "identifier matches none of a-*, b-*"),
        (Selector({"team": ("finance",)}, ("ware*",)), None),
    ],
)
def test_a_mismatch_names_the_first_rule_that_fails(selector: Selector, reason: str | None) -> None:
    assert selector.mismatch("warehouse", {"team": "finance"}) == reason


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        (Selector(identifiers=("tmp-*",)), "identifier matches tmp-*"),
        (Selector({"steward:exclude": (ANY_VALUE,)}), "tag steward:exclude is present"),
        (Selector({"team": ("ops", "finance")}), "tag team is finance"),
        (Selector({"team": ("ops",)}, ("etl-*",)), None),
        (Selector({"absent": (ANY_VALUE,), "team": ("finance",)}), "tag team is finance"),
    ],
)
def test_exclude_needs_one_rule_only_and_names_it(selector: Selector, reason: str | None) -> None:
    assert selector.why("tmp-1", {"team": "finance", "steward:exclude": "yes"}) == reason


def test_a_selector_is_read_from_the_settings_with_either_part_missing() -> None:
    document = {"tags": {"team": ["finance"]}, "identifiers": ["etl-*"]}
    assert Selector.from_dict(document) == Selector({"team": ("finance",)}, ("etl-*",))
    assert Selector.from_dict({}) == Selector()


@settings(deadline=None)
@given(SELECTORS, IDENTIFIERS, TAGS)
def test_select_is_the_conjunction_of_its_rules(
    selector: Selector, identifier: str, tags: dict[str, str]
) -> None:
    by_tag = [Selector({key: values}).matches(identifier, tags) for key, values in selector.tags.items()]
    by_pattern = [Selector(identifiers=(p,)).matches(identifier, tags) for p in selector.identifiers]
    expected = all(by_tag) and (not by_pattern or any(by_pattern))
    assert selector.matches(identifier, tags) == expected
    assert (selector.mismatch(identifier, tags) is None) == expected


@settings(deadline=None)
@given(SELECTORS, IDENTIFIERS, TAGS)
def test_exclude_is_the_disjunction_of_its_rules(
    selector: Selector, identifier: str, tags: dict[str, str]
) -> None:
    by_tag = [Selector({key: values}).why(identifier, tags) for key, values in selector.tags.items()]
    by_pattern = [Selector(identifiers=(p,)).why(identifier, tags) for p in selector.identifiers]
    assert (selector.why(identifier, tags) is not None) == any([*by_tag, *by_pattern])


@settings(deadline=None)
@given(SELECTORS, KEYS, WANTED, IDENTIFIERS, TAGS)
def test_one_more_tag_never_selects_more_and_never_excludes_less(
    selector: Selector, key: str, values: tuple[str, ...], identifier: str, tags: dict[str, str]
) -> None:
    wider = Selector({name: v for name, v in selector.tags.items() if name != key}, selector.identifiers)
    narrower = Selector({**wider.tags, key: values}, selector.identifiers)
    assert wider.matches(identifier, tags) or not narrower.matches(identifier, tags)
    assert narrower.why(identifier, tags) is not None or wider.why(identifier, tags) is None
