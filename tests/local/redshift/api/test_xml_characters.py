"""What XML cannot hold is refused, and no answer is unreadable for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

NOT_ALLOWED = "has a character that is not allowed in XML"


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        ("create_tags", {"ResourceName": "{arn}", "Tags": [{"Key": "a", "Value": "v{}"}]}),
        ("create_tags", {"ResourceName": "{arn}", "Tags": [{"Key": "k{}", "Value": "v"}]}),
        ("describe_clusters", {"ClusterIdentifier": "dwh{}"}),
        (
            "create_cluster_parameter_group",
            {"ParameterGroupName": "g", "ParameterGroupFamily": "redshift-1.0", "Description": "d{}"},
        ),
    ],
    ids=["a tag's value", "a tag's key", "an identifier", "a description"],
)
def test_a_value_with_a_character_that_xml_cannot_hold_is_refused_and_kept_nowhere(
    env: RedshiftEnv, call: str, parameters: dict[str, Any], character: str
) -> None:
    arn = env.create().arn

    code, message = env.error(call, **_filled(parameters, character, arn))

    assert code == "InvalidParameterValue"
    assert NOT_ALLOWED in message
    assert env.describe()["Tags"] == []


def test_what_people_write_is_kept(env: RedshiftEnv) -> None:
    text = "naïve ☃ 🦒 + - = . _ : / @"
    arn = env.create().arn

    env.redshift.create_tags(ResourceName=arn, Tags=[{"Key": "note", "Value": text}])

    assert env.describe()["Tags"] == [{"Key": "note", "Value": text}]


def _filled(value: Any, character: str, arn: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, character, arn) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, character, arn) for each in value]
    return value.replace("{}", character).replace("{arn}", arn)
