"""Which definitions are refused, and that each refusal says where and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from local.stepfunctions.api.definition import check, to_moto_spelling
from local.stepfunctions.asl.failures import InvalidDefinitionError

END = {"Type": "Pass", "End": True}
ONE = {"StartAt": "P", "States": {"P": END}}
PROCESSOR = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **ONE}
MAP = {"Type": "Map", "ItemProcessor": PROCESSOR, "End": True}
INLINE = {"Type": "Map", "ItemProcessor": ONE, "End": True}
TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Arguments": {"FunctionName": "f"},
    "End": True,
}
READER = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"}}


def definition(states: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **top}


def refusal(states: dict[str, Any], **top: Any) -> str:
    with pytest.raises(InvalidDefinitionError) as caught:
        check(json.dumps(definition(states, **top)))
    return str(caught.value)


MISLED = {"StartAt": "Q", "States": {"Q": {"Type": "Pass", "Next": "A"}}}
EXPRESS = {**PROCESSOR, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
CSV = {**READER, "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}
ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/other"}
MISSING = "Missing 'Next' target: X"


@pytest.mark.parametrize(
    ("state", "summary"),
    [
        ({"Type": "Pass", "Next": "X"}, "Missing 'Next' target: X at /States/A/Next"),
        ({"Type": "Pass"}, "/States/A"),
        ({"Type": "Choice", "Choices": [{"Condition": True, "Next": "X"}]}, MISSING),
        ({**TASK, "Catch": [{"ErrorEquals": ["E"], "Next": "X"}]}, MISSING),
        ({**INLINE, "ItemProcessor": {**ONE, "StartAt": "X"}}, "/States/A/ItemProcessor/StartAt"),
        ({"Type": "Parallel", "Branches": [ONE, MISLED], "End": True}, "/States/A/Branches[1]/States/Q/Next"),
        (
            {**TASK, "Resource": "arn:aws:states:::aws-sdk:redshift:rotate"},
            "not recognized at /States/A/Resource",
        ),
        ({"Type": "Pass", "Output": "{% 1 + %}", "End": True}, "INVALID_JSONATA_EXPRESSION"),
        ({"Type": "Pass", "Output": [{"x": "{% ( %}"}], "End": True}, "/States/A/Output[0]/x"),
        ({"Type": "Pass", "Parameters": {}, "End": True}, "SCHEMA_VALIDATION_FAILED"),
        ({**TASK, "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": "3"}]}, "SCHEMA_VALIDATION_FAILED"),
        ({**TASK, "Credentials": ROLE}, "/States/A/Credentials is not supported"),
        ({**MAP, "ItemBatcher": {"MaxItemsPerBatch": 2}}, "/States/A/ItemBatcher is not supported"),
        (
            {**MAP, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}},
            "/States/A/ResultWriter is not",
        ),
        ({**MAP, "Label": "x" * 41}, "/States/A/Label"),
        ({**MAP, "Label": "a b"}, "/States/A/Label"),
        ({**MAP, "ItemReader": CSV}, "/States/A/ItemReader"),
        ({**INLINE, "ItemReader": {**READER, "ReaderConfig": {"InputType": "JSON"}}}, "/States/A/ItemReader"),
        ({**MAP, "ItemProcessor": EXPRESS}, "STANDARD child executions only"),
        ("text", '/States/A must be an object, not "text"'),
    ],
)
def test_a_state_that_can_not_run_is_refused_with_its_place(state: Any, summary: str) -> None:
    assert summary in refusal({"A": state})


@pytest.mark.parametrize("text", ["{% 1", "1 %}", " {% 1 %}", "{% 1 %} ", "a {% 1 %}", "{%}"])
def test_what_is_no_expression_but_begins_or_ends_as_one_is_refused(text: str) -> None:
    assert "/States/A/Output/x must begin with {% and end with %}" in refusal(
        {"A": {**END, "Output": {"x": text}}}
    )


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("$eval('1')", "$eval is not supported by Step Functions; use $parse at /States/A/Output"),
        ("[1].(function($x) { $eval })(1)", "$eval is not supported"),
        ("$contains('x', /(?=x)/)", "no lookaround"),
        ("$contains('x', /x**/)", "no regular expression"),
        ("1 /* c", "INVALID_JSONATA_EXPRESSION"),
        ("(" * 20_000, "INVALID_JSONATA_EXPRESSION"),
    ],
)
def test_an_expression_that_can_not_run_is_refused(text: str, summary: str) -> None:
    assert summary in refusal({"A": {**END, "Output": f"{{% {text} %}}"}})


def test_a_text_that_names_eval_and_a_comment_are_accepted() -> None:
    texts = ["{% '$eval(1)' %}", "{% 1 /* c */ %}", "{% /* $eval(1) */ 1 %}"]
    check(json.dumps(definition({"A": {**END, "Output": texts}})))


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    assert 'State "B" is not reachable' in refusal({"A": END, "B": END})


def test_a_state_name_is_used_once_in_the_whole_machine() -> None:
    summary = refusal({"P": {**INLINE, "End": True}})
    assert summary == "DUPLICATE_STATE_NAME: Duplicate state name: P at /States/P/ItemProcessor/States/P"


def test_a_state_name_over_eighty_is_refused() -> None:
    assert "longer than 80" in refusal({"x" * 81: END})


@pytest.mark.parametrize(
    "text",
    [
        "{oops",
        "[]",
        "{}",
        "null",
        '{"StartAt": "A"}',
        '{"QueryLanguage": "JSONata", "States": []}',
        "[" * 20_000,
        '{"a":' * 1_001 + "1" + "}" * 1_001,
        json.dumps(definition({"A": {**END, "Output": float("nan")}})),
        json.dumps(definition({"A": {**END, "Output": 1}})).replace(": 1}", ": 1e999}"),
    ],
)
def test_what_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(InvalidDefinitionError):
        check(text)


def test_jsonpath_is_refused_in_one_sentence_with_the_remedy() -> None:
    summary = refusal({"A": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}})
    assert summary.startswith("/States/A is in JSONPath")
    assert 'add "QueryLanguage": "JSONata"' in summary
    with pytest.raises(InvalidDefinitionError, match="JSONPath"):
        check(json.dumps({"StartAt": "A", "States": {"A": END}}))


def test_jsonata_may_be_chosen_state_by_state() -> None:
    check(json.dumps({"StartAt": "A", "States": {"A": {**END, "QueryLanguage": "JSONata"}}}))


def test_an_outer_variable_can_not_be_assigned_inside_but_a_child_execution_has_its_own() -> None:
    inner = {"StartAt": "P", "States": {"P": {**END, "Assign": {"v": 2}}}}
    outer = {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"}}
    assert "Variable 'v'" in refusal({**outer, "M": {**INLINE, "ItemProcessor": inner}})
    check(json.dumps(definition({**outer, "M": {**MAP, "ItemProcessor": {**PROCESSOR, **inner}}})))


FALSE_REFUSALS = [
    {"ToleratedFailurePercentage": 50},
    {"ItemSelector": "{% $states.context.Map.Item.Value %}"},
]


@pytest.mark.parametrize("field", FALSE_REFUSALS)
def test_what_motos_grammar_refuses_wrongly_is_accepted(field: dict[str, Any]) -> None:
    check(json.dumps(definition({"A": {**MAP, **field}})))


@pytest.mark.parametrize("field", FALSE_REFUSALS)
def test_moto_still_needs_the_other_spelling(field: dict[str, Any]) -> None:
    """When this fails, moto accepts it: take the case out of `spelled_for_moto`."""
    waiting_task = definition({"A": {**MAP, **field}})
    with pytest.raises(ASLParserException):
        AmazonStateLanguageParser.parse(json.dumps(waiting_task))
    AmazonStateLanguageParser.parse(json.dumps(to_moto_spelling(waiting_task)))
