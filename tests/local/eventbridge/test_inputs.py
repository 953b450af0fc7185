"""What a target gets of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.eventbridge.inputs import InputError, check, text

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "e-1",
    "source": "aws.redshift",
    "detail": {"cluster": "dwh", "count": 2, "add": ["r1", "r2"], "who": {"name": "Ann"}, "quote": 'a"b'},
    "ingestion-time": "2026-03-01T02:00:00Z",
}
RULE = {"name": "drift", "arn": "arn:aws:events:eu-central-1:123456789012:rule/drift"}


def transform(template: str, **paths: str) -> Any:
    target = {"Id": "1", "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
    check(target)
    return json.loads(text(target, EVENT, RULE))


def test_a_target_without_input_gets_the_event_as_it_came() -> None:
    given = json.loads(text({"Id": "1"}, EVENT, RULE))
    assert given == {name: value for name, value in EVENT.items() if name != "ingestion-time"}


def test_a_constant_input_says_the_same_of_every_event() -> None:
    assert text({"Id": "1", "Input": '{"dry_run": true}'}, EVENT, RULE) == '{"dry_run": true}'


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", {name: value for name, value in EVENT.items() if name != "ingestion-time"}),
        ("$.detail.cluster", "dwh"),
        ("$.detail.add[1]", "r2"),
        ("$['detail']['who']", {"name": "Ann"}),
        ("$.detail.add[*]", ["r1", "r2"]),
    ],
)
def test_an_input_path_picks_a_part(path: str, value: Any) -> None:
    assert json.loads(text({"Id": "1", "InputPath": path}, EVENT, RULE)) == value


def test_a_template_takes_values_as_json_outside_strings_and_as_text_inside() -> None:
    template = '{"cluster": <c>, "said": "<c> has <n> of <who>", "n": <n>, "add": <add>}'
    given = transform(
        template, c="$.detail.cluster", n="$.detail.count", add="$.detail.add", who="$.detail.who"
    )
    assert given == {"cluster": "dwh", "said": "dwh has 2 of {name: Ann}", "n": 2, "add": ["r1", "r2"]}


def test_a_template_may_be_plain_text() -> None:
    assert transform('"<c> changed"', c="$.detail.cluster") == "dwh changed"
    assert transform("<c> changed", c="$.detail.cluster") == '"dwh" changed'


def test_rule_and_event_can_be_named_without_a_path() -> None:
    given = transform(
        '{"rule": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", '
        '"at": <aws.events.event.ingestion-time>, '
        '"all": <aws.events.event.json>, "head": <aws.events.event>}'
    )
    assert (given["rule"], given["name"], given["at"]) == (RULE["arn"], "drift", "2026-03-01T02:00:00Z")
    assert given["all"]["detail"] == EVENT["detail"]
    assert "detail" not in given["head"]


def test_a_variable_that_the_event_does_not_have_leaves_nothing() -> None:
    assert transform('{"a": "<a>", "c": <c>}', a="$.detail.absent", c="$.detail.cluster") == {
        "a": "",
        "c": "dwh",
    }
    with pytest.raises(InputError, match="no JSON"):
        transform('{"a": <a>}', a="$.detail.absent")


def test_values_are_not_escaped_inside_strings() -> None:
    with pytest.raises(InputError, match="no JSON"):
        transform('{"q": "<q>"}', q="$.detail.quote")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Input": "{}", "InputPath": "$.detail"}, "Only one of Input, InputPath, InputTransformer"),
        ({"InputPath": "detail"}, "Invalid JSONPath detail in target 1"),
        ({"InputPath": "$.detail[?(@.a)]"}, "Invalid JSONPath"),
        ({"InputTransformer": {"InputPathsMap": {"a": "$..a"}, "InputTemplate": "{}"}}, "Invalid JSONPath"),
        ({"InputTransformer": {"InputTemplate": '{"a": <a>}'}}, "invalid placeholder a"),
    ],
)
def test_a_wrongly_described_input_is_refused_with_the_target(target: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        check({"Id": "1", **target})
