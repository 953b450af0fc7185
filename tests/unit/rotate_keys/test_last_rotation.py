"""How old a cluster's keys are, and who is believed about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import BEGUN, TAG, RotationRecord, last_rotation
from tests.support.facts import CREATED, NAMESPACE, NOW, cluster

LEDGER = RotationRecord(NOW - timedelta(days=10), NAMESPACE, 600)
TAGGED = {TAG: format_moment(NOW - timedelta(days=20))}


def test_the_ledger_is_believed_before_the_tag() -> None:
    assert last_rotation(cluster(tags=TAGGED), LEDGER, NOW).at == LEDGER.at


def test_without_a_record_the_tag_is_believed() -> None:
    assert last_rotation(cluster(tags=TAGGED), None, NOW).at == NOW - timedelta(days=20)


def test_without_both_the_keys_are_as_old_as_the_cluster() -> None:
    assert last_rotation(cluster(), None, NOW).at == CREATED


def test_the_record_of_a_cluster_that_had_the_same_name_does_not_count() -> None:
    other = RotationRecord(NOW - timedelta(days=10), NAMESPACE.replace("1111", "9999"), 600)
    assert last_rotation(cluster(), other, NOW).at == CREATED


@pytest.mark.parametrize("text", ["yesterday", "", "9999", "2999-01-01T00:00:00Z", "'; DROP TABLE", "0"])
def test_a_tag_that_is_no_date_or_lies_in_the_future_is_not_believed(text: str) -> None:
    assert last_rotation(cluster(tags={TAG: text}), None, NOW).at == CREATED


def test_a_tag_may_be_a_plain_date() -> None:
    assert last_rotation(cluster(tags={TAG: "2026-11-01"}), None, NOW).at.day == 1


def test_a_cluster_of_unknown_age_is_due() -> None:
    assert last_rotation(cluster(created_at=None), None, NOW).is_due(timedelta(days=3650), NOW)


def test_a_rotation_whose_end_nobody_saw_counts_from_its_beginning_and_says_so() -> None:
    begun = RotationRecord(NOW - timedelta(days=3), NAMESPACE, 600, ended=False)
    last = last_rotation(cluster(), begun, NOW)
    assert not last.is_due(timedelta(days=90), NOW)
    assert BEGUN in last.describe(NOW)


def test_a_record_counts_when_a_namespace_is_missing_unless_the_cluster_is_younger_than_it() -> None:
    nameless = replace(LEDGER, namespace_arn="")
    assert last_rotation(cluster(), nameless, NOW).at == LEDGER.at
    assert last_rotation(cluster(namespace_arn=""), LEDGER, NOW).at == LEDGER.at
    assert last_rotation(cluster(namespace_arn="", created_at=None), LEDGER, NOW).at == LEDGER.at
    younger = cluster(created_at=NOW - timedelta(days=1))
    assert last_rotation(younger, nameless, NOW).at == younger.created_at
