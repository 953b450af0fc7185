"""Which events a pattern is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.eventbridge.patterns import PatternError, matches, parse

EVENT: dict[str, Any] = {
    "source": "aws.redshift",
    "detail-type": "AWS API Call via CloudTrail",
    "resources": ["arn:one", "arn:two"],
    "detail": {
        "eventName": "ModifyClusterIamRoles",
        "errorCode": None,
        "count": 7,
        "flag": True,
        "address": "10.0.3.9",
        "path": "a*b\\c",
        "empty": [],
        "tags": [{"key": "env", "value": "prod"}, {"key": "team", "value": "dwh"}],
        "user": {"arn": "arn:aws:sts::1:assumed-role/Steward/x"},
    },
}


def fits(detail: dict[str, Any]) -> bool:
    return matches(parse(json.dumps({"detail": detail})), EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.ec2", "aws.redshift"]},
        {"resources": ["arn:two"]},
        {"resources": [{"prefix": "arn:"}], "source": [{"suffix": "shift"}]},
        {"$or": [{"source": ["aws.ec2"]}, {"resources": ["arn:one"]}]},
    ],
)
def test_an_event_that_fits_every_field_matches(pattern: dict[str, Any]) -> None:
    assert matches(parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.redshift"], "resources": ["arn:three"]},
        {"detail": {"eventName": ["modifyclusteriamroles"]}},
        {"$or": [{"source": ["aws.ec2"]}, {"resources": ["arn:three"]}]},
        {"absent": ["x"]},
    ],
)
def test_one_field_that_does_not_fit_is_enough_for_no_match(pattern: dict[str, Any]) -> None:
    assert not matches(parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize(
    ("field", "yes", "no"),
    [
        ("eventName", {"prefix": "Modify"}, {"prefix": "modify"}),
        (
            "eventName",
            {"prefix": {"equals-ignore-case": "modify"}},
            {"prefix": {"equals-ignore-case": "odify"}},
        ),
        ("eventName", {"suffix": "Roles"}, {"suffix": "Role"}),
        ("eventName", {"equals-ignore-case": "MODIFYCLUSTERIAMROLES"}, {"equals-ignore-case": "Modify"}),
        ("eventName", {"wildcard": "Modify*Iam*"}, {"wildcard": "*Iam"}),
        ("path", {"wildcard": "a\\*b\\\\c"}, {"wildcard": "a\\*c"}),
        ("eventName", {"anything-but": "PauseCluster"}, {"anything-but": "ModifyClusterIamRoles"}),
        ("eventName", {"anything-but": ["A", "B"]}, {"anything-but": ["A", "ModifyClusterIamRoles"]}),
        ("eventName", {"anything-but": {"prefix": "Pause"}}, {"anything-but": {"prefix": ["Pause", "Mod"]}}),
        ("eventName", {"anything-but": {"wildcard": "*Tags"}}, {"anything-but": {"wildcard": "*Iam*"}}),
        ("absent", {"exists": False}, {"exists": True}),
        ("eventName", {"exists": True}, {"exists": False}),
        ("user", {"exists": False}, {"exists": True}),
        ("empty", {"exists": False}, {"exists": True}),
        ("errorCode", None, "null"),
        ("count", 7.0, "7"),
        ("count", {"numeric": [">", 5, "<=", 7]}, {"numeric": ["<", 7]}),
        ("flag", True, 1),
        ("address", {"cidr": "10.0.0.0/16"}, {"cidr": "10.1.0.0/16"}),
        ("eventName", {"anything-but": {"suffix": "Tags"}}, {"cidr": "10.1.0.0/16"}),
    ],
)
def test_an_operator_tells_values_apart(field: str, yes: Any, no: Any) -> None:
    assert fits({field: [yes]})
    assert fits({field: [no, yes]})
    assert not fits({field: [no]})


def test_what_is_absent_is_not_anything_but() -> None:
    assert not fits({"absent": [{"anything-but": "x"}]})


def test_one_object_of_an_array_has_to_fit_alone() -> None:
    assert fits({"tags": {"key": ["team"], "value": ["dwh"]}})
    assert not fits({"tags": {"key": ["env"], "value": ["dwh"]}})


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{", "not valid JSON"),
        ("{}", "at least one field"),
        ('{"source": "x"}', '"source" must be an object or an array'),
        ('{"source": []}', "Empty arrays are not allowed"),
        ('{"source": [["x"]]}', "Match value must be String, number, true, false, or null"),
        ('{"source": [{"regex": "x"}]}', "Unrecognized match type regex"),
        ('{"source": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed"),
        ('{"source": [{"numeric": [">"]}]}', "Value of numeric is not valid"),
        ('{"source": [{"exists": "yes"}]}', "Value of exists is not valid"),
        ('{"source": [{"prefix": 5}]}', "Value of prefix is not valid"),
        ('{"source": [{"anything-but": {"numeric": ["=", 1]}}]}', "Unrecognized match type numeric"),
        ('{"$or": [{"source": ["x"]}]}', "at least two patterns"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason.replace("(", r"\(")):
        parse(pattern)
