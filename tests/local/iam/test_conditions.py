"""Condition operators, quantifiers and missing keys, as the IAM user guide describes them."""

from __future__ import annotations

from typing import Any

import pytest

from local.iam.conditions import UnknownOperatorError, holds

TAG = "aws:ResourceTag/team"
KEYS = "aws:TagKeys"


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("StringEquals", "crm", "crm", True),
        ("StringEquals", ["web", "crm"], "crm", True),
        ("StringEquals", "crm", "CRM", False),
        ("StringEquals", "c*", "crm", False),
        ("StringEqualsIgnoreCase", "crm", "CRM", True),
        ("StringNotEquals", ["web", "crm"], "crm", False),
        ("StringNotEquals", ["web", "crm"], "finance", True),
        ("StringLike", "c?m*", "crm-prod", True),
        ("StringNotLike", "c*", "crm", False),
        ("Bool", "true", "true", True),
        ("Bool", False, "true", False),
        ("ArnLike", "arn:aws:iam::*:role/steward-*", "arn:aws:iam::1:role/steward-delete", True),
        ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::1:role/steward-delete", False),
        ("ArnNotLike", "arn:aws:iam::*:role/steward-*", "arn:aws:iam::1:role/x", True),
        ("NumericLessThanEquals", "7", "7", True),
        ("NumericLessThan", "7", "seven", False),
        ("DateGreaterThan", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", True),
        ("DateLessThan", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", False),
        ("IpAddress", "127.0.0.0/8", "127.0.0.1", True),
        ("NotIpAddress", "127.0.0.0/8", "127.0.0.1", False),
    ],
)
def test_an_operator_compares_one_value(operator: str, wanted: Any, value: str, *, expected: bool) -> None:
    assert holds({operator: {TAG: wanted}}, {TAG.lower(): (value,)}) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("StringEqualsIfExists", True),
        ("StringNotEquals", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
    ],
)
def test_a_missing_key_fails_an_operator_unless_it_is_negated_or_optional(
    operator: str, *, expected: bool
) -> None:
    assert holds({operator: {TAG: "crm"}}, {}) is expected


def test_null_asks_whether_a_key_is_missing() -> None:
    assert holds({"Null": {TAG: "true"}}, {})
    assert not holds({"Null": {TAG: "true"}}, {TAG.lower(): ("crm",)})
    assert holds({"Null": {TAG: "false"}}, {TAG.lower(): ("crm",)})


def test_for_all_values_wants_every_value_and_for_any_value_one() -> None:
    both = {KEYS.lower(): ("team", "owner")}

    assert not holds({"ForAllValues:StringEquals": {KEYS: ["team"]}}, both)
    assert holds({"ForAllValues:StringEquals": {KEYS: ["team", "owner", "stage"]}}, both)
    assert holds({"ForAnyValue:StringEquals": {KEYS: ["team"]}}, both)
    assert not holds({"ForAnyValue:StringLike": {KEYS: ["steward:*"]}}, both)


def test_all_operators_and_all_keys_must_hold() -> None:
    context = {TAG.lower(): ("crm",), "aws:resourcetag/stage": ("test",)}

    assert holds({"StringEquals": {TAG: "crm", "aws:ResourceTag/stage": "test"}}, context)
    assert not holds({"StringEquals": {TAG: "crm", "aws:ResourceTag/stage": "prod"}}, context)
    assert not holds({"StringEquals": {TAG: "crm"}, "Null": {TAG: "true"}}, context)


def test_a_variable_is_the_requests_value() -> None:
    context = {TAG.lower(): ("crm",), "aws:principaltag/team": ("crm",)}

    assert holds({"StringEquals": {TAG: "${aws:PrincipalTag/team}"}}, context)
    assert not holds({"StringEquals": {TAG: "${aws:PrincipalTag/stage}"}}, context)
    assert holds({"StringEquals": {TAG: "${aws:PrincipalTag/stage, 'crm'}"}}, context)


def test_an_unknown_operator_is_named_and_never_passed_over() -> None:
    with pytest.raises(UnknownOperatorError, match="does not evaluate the condition operator BinaryEquals"):
        holds({"BinaryEquals": {TAG: "crm"}}, {TAG.lower(): ("crm",)})
