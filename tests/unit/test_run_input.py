"""What a run may be asked, and the one sentence that a wrong question gets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.errors import BadInput
from steward.domain.run_input import RunInput, check_schedule, parse_run_input
from steward.domain.workflows import ROTATE_KEYS, SYNC_ROLES


def parsed(document: object, workflow: str = ROTATE_KEYS.name) -> RunInput:
    return parse_run_input(document, workflow)


def test_an_empty_object_is_what_the_schedule_does() -> None:
    assert parsed({}) == RunInput()


def test_named_clusters_are_taken_once_each_and_in_lower_case_as_redshift_keeps_them() -> None:
    assert parsed({"clusters": ["B", "a", "b "]}).clusters == ("b", "a")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "must be an object such as {}, but it is a list of 0"),
        ("rotate", 'but it is the string "rotate"'),
        (None, "but it is null"),
        (True, "but it is true"),
        (False, "but it is false"),
        (7, "but it is the number 7"),
        ({"cluster": ["a"]}, '"cluster" is not a key of the input (did you mean "clusters"?)'),
        ({"clusters": []}, "clusters: is an empty list"),
        ({"clusters": "a"}, "clusters: must be a list of cluster identifiers"),
        ({"clusters": ["a", 5]}, "clusters[1]: must be a cluster identifier, but it is the number 5"),
        ({"clusters": [""]}, "clusters[0]: must be a cluster identifier, but it is an empty string"),
        ({"clusters": {"a": 1}}, "but it is an object"),
        ({"dry_run": "yes"}, 'dry_run: must be true or false, but it is the string "yes"'),
        ({"dry_run": 1}, "dry_run: must be true or false, but it is the number 1"),
        ({"force": True}, 'force: needs "clusters"'),
        ({"ignore_window": True}, 'ignore_window: needs "clusters"'),
        ({"scheduled_at": 5}, "scheduled_at: must be a string"),
        ({"scheduled_at": "now", "dry_run": True}, "scheduled_at: stands alone"),
        ({"x" * 5000: 1}, "x…"),
    ],
)
def test_a_wrong_input_gets_one_sentence_that_names_the_field(document: object, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parsed(document)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-21T21:00:00Z", True),
        ("2026-11-21T21:01:00Z", True),
        ("2026-11-21T20:00:00Z", True),
        ("", True),
        ("2026-11-21T21:01:01Z", False),
        ("2026-11-21T19:59:59Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("tomorrow", False),
    ],
)
def test_a_run_takes_a_moment_of_the_schedule_only_when_it_is_due(
    moment: str,
    due: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    asked = RunInput(scheduled_at=moment)
    began = datetime(2026, 11, 21, 21, tzinfo=UTC)
    if due:
        check_schedule(asked, began)
        return
    with pytest.raises(BadInput, match="is not when the run began, 2026-11-21T21:00:00Z; leave it to the"):
        check_schedule(asked, began)


keys = st.sampled_from([*ROTATE_KEYS.input_keys, "other"]) | st.text()
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
)


@given(json)
def test_no_json_value_does_anything_but_parse_or_be_refused(document: object) -> None:
    try:
        wanted = parsed(document)
    except BadInput:
        return
    assert wanted.clusters is None or wanted.clusters
    assert not (wanted.force and wanted.clusters is None)


def test_what_the_event_rule_sends_is_an_object_and_only_sync_roles_takes_it() -> None:
    drift = {"at": "2026-11-21T21:00:00Z"}
    assert parse_run_input({"clusters": ["a"], "drift": drift}, SYNC_ROLES.name).drift == drift
    with pytest.raises(BadInput, match=r'drift: must be an object, but it is the string "terraform"'):
        parse_run_input({"drift": "terraform"}, SYNC_ROLES.name)
    with pytest.raises(BadInput, match='"drift" is not a key of the input'):
        parse_run_input({"drift": drift}, ROTATE_KEYS.name)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"clusters": [f"c{n}" for n in range(1001)]}, "clusters: has 1001 names and may have 1000"),
        ({"reason": "x" * 262_000}, "reason: has 262000 characters and may have 2048"),
        ({"requested_by": "x" * 2049}, "requested_by: has 2049 characters"),
    ],
)
def test_an_input_beyond_its_bounds_is_refused_in_one_short_sentence(
    document: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as caught:
        parse_run_input(document, "deprovision")
    assert len(str(caught.value)) < 200
