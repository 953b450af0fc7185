"""JSONata as Step Functions evaluates it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from local.stepfunctions.asl.failures import Stopped
from local.stepfunctions.asl.jsonata import Evaluator, expression, inclusive_range, partition

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps


TASK = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:listStateMachines"}
CHILD = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
MAP = {
    "Type": "Map",
    "Items": [1],
    "ItemProcessor": {**CHILD, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
}


@pytest.mark.parametrize("literal", ["a {% 1 %}", "{% 1", "{{ 1 }}", "$x", "", 5, None, True])
def test_only_a_string_that_is_wholly_wrapped_is_an_expression(literal: Any) -> None:
    assert expression(literal) is None


def test_an_expression_may_span_lines_and_have_no_spaces(steps: Steps) -> None:
    assert steps.evaluate(["{% (\n $a := 1;\n $a + 1\n) %}", "{%1%}"]) == [2, 1]


def test_null_is_a_value_and_not_undefined(steps: Steps) -> None:
    template = {
        "null": "{% $states.input.n %}",
        "exists": "{% $exists($states.input.n) %}",
        "listed": "{% $states.input.l %}",
        "typed": "{% $map($states.input.l, function($v) { $type($v) }) %}",
        "equal": "{% $states.input.n = null %}",
    }
    assert steps.evaluate(template, {"n": None, "l": [None, 1]}) == {
        "null": None,
        "exists": True,
        "listed": [None, 1],
        "typed": ["null", "number"],
        "equal": True,
    }


@pytest.mark.parametrize(
    ("template", "summary"),
    [
        ("{% $states.input.absent %}", "returned nothing (undefined)"),
        ("{% $unknown %}", "returned nothing (undefined)"),
        ("{% $states.result %}", "returned nothing (undefined)"),
        ("{% 1 + 'a' %}", "threw an error during evaluation. T2002"),
        ("{% 1 / 0 %}", "threw an error during evaluation. D1001"),
        ("{% [-1 / 0] %}", "threw an error during evaluation. D1001"),
        ("{% {'a': 5 % 0} %}", "threw an error during evaluation. D1001"),
        ("{% 1e300 * 1e10 %}", "threw an error during evaluation. D1001"),
        ("{% $power(10, 400) %}", "threw an error during evaluation"),
        ("{% $string(1 / 0) %}", "threw an error during evaluation. D3001"),
        ("{% $string(5 % 0) %}", "threw an error during evaluation. D3001"),
        ("{% $string({'a': [-1 / 0]}) %}", "threw an error during evaluation. D"),
        ("{% 'x' & 1 / 0 %}", "threw an error during evaluation. D3001"),
        ("{% $parse('[NaN]') %}", "threw an error during evaluation"),
        ("{% $nothing(1) %}", "threw an error during evaluation. T1006"),
        ("{% function($x) { $x } %}", "unsupported result type"),
    ],
)
def test_what_gives_no_value_is_a_query_error_that_names_the_field(
    steps: Steps, template: str, summary: str
) -> None:
    arn = steps.start(steps.machine({"P": {"Type": "Pass", "Output": {"deep": [template]}, "End": True}}))
    ended = steps.wait_for_end(arn)
    assert ended["error"] == "States.QueryEvaluationError"
    assert summary in ended["cause"]
    assert "'Output/deep[0]'" in ended["cause"]
    assert ended["cause"].startswith(
        "An error occurred while executing the state 'P' (entered at the event id #2)"
    )
    failed = next(event for event in steps.history(arn) if event["type"] == "EvaluationFailed")
    assert failed["evaluationFailedEventDetails"]["state"] == "P"


def test_a_single_match_is_no_list_unless_one_is_made(steps: Steps) -> None:
    value = {"c": [{"id": "a"}, {"id": "b"}]}
    template = ["{% $states.input.c[id='a'].id %}", "{% [$states.input.c[id='a'].id] %}"]
    assert steps.evaluate(template, value) == ["a", ["a"]]


def test_whole_numbers_stay_whole(steps: Steps) -> None:
    assert str(steps.evaluate(["{% 4 / 2 %}", "{% 1.5 * 2 %}", "{% 1 / 4 %}"])) == "[2, 3, 0.25]"


def test_now_and_millis_are_virtual(steps: Steps) -> None:
    year, millis = steps.evaluate(["{% $now('[Y0001]') %}", "{% $millis() %}"])
    assert int(year) >= 2031
    assert millis == steps.evaluate("{% $toMillis($now()) %}")


def test_the_functions_of_step_functions_are_there(steps: Steps) -> None:
    template = {
        "partition": "{% $partition([1..5], 2) %}",
        "range": "{% $range(1, 9, 4) %}",
        "hash": "{% $hash('text', 'SHA-256') %}",
        "parse": "{% $parse('{\"a\": [null, 1]}') %}",
    }
    assert steps.evaluate(template) == {
        "partition": [[1, 2], [3, 4], [5]],
        "range": [1, 5, 9],
        "hash": hashlib.sha256(b"text").hexdigest(),
        "parse": {"a": [None, 1]},
    }


def test_random_values_differ_within_an_execution_and_repeat_with_the_seed(steps: Steps) -> None:
    first, second, number = steps.evaluate(["{% $uuid() %}", "{% $uuid() %}", "{% $random() %}"])
    assert first != second
    assert 0 <= number < 1
    assert len(first) == 36
    one, two = steps.evaluate(["{% $random(5) %}", "{% $random(5) %}"])
    assert one == two


def test_a_range_includes_its_end_and_can_fall() -> None:
    assert inclusive_range(0, 9, 5) == [0, 5]
    assert inclusive_range(3, 1, -1) == [3, 2, 1]
    assert inclusive_range(3, 1, 1) == []
    with pytest.raises(ValueError, match="at most 1000"):
        inclusive_range(0, 1_000_000, 1)
    with pytest.raises(ValueError, match="cannot be zero"):
        inclusive_range(0, 1, 0)


def test_a_partition_needs_a_positive_size() -> None:
    with pytest.raises(ValueError, match="positive"):
        partition([1], 0)


def test_states_is_not_a_variable_that_leaks(steps: Steps) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"input": "mine"}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% [$input, $states.input.real] %}", "End": True},
    }
    assert steps.run(states, {"real": 1})["output"] == ["mine", 1]


ENDLESS = {
    "a tail call of itself": "($f := function() { $f() }; $f())",
    "a recursion that is none": "($f := function() { 1 + $f() }; $f())",
    "a function for each of very many": "$count($map([1..10000000], function($i) { $i }))",
    "a built-in function for each of very many": "$count($map([1..10000000], $string))",
    "a text that doubles": "($f := function($s) { $f($s & $s) }; $f('x'))",
    "an array that doubles": "($f := function($a) { $f($append($a, $a)) }; $f([1]))",
    "a long text at once": "$length($pad('x', 1000000000000))",
    "replacements that are long": "($x := $pad('x', 1000000); $length($replace($x, ' ', $x)))",
    "a separator that is long": "$length($join([1..100].$string(), $pad('x', 1000000)))",
    "a range that the reference refuses": "$count([1..10000001])",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_an_expression_that_is_too_much_work_fails_the_state_and_time_goes_on(
    steps: Steps, text: str
) -> None:
    before = steps.clock.now()
    output = {"P": {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}}
    wait = {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}
    endless, other = steps.start(steps.machine(output)), steps.start(steps.machine(wait))
    assert steps.wait_for_end(endless)["error"] == "States.QueryEvaluationError"
    assert steps.wait_for_end(other)["status"] == "SUCCEEDED"
    assert steps.clock.now() - before >= timedelta(hours=1)


def test_what_the_reference_allows_is_not_too_much() -> None:
    assert evaluated("$count([1..10000000])") == 10_000_000
    assert evaluated("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(200))") == 200
    assert evaluated("$count($distinct([1..100000]))") == 100_000
    assert evaluated("$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)") is False


def test_an_execution_that_is_stopped_stops_evaluating() -> None:
    steps_left = iter(range(100))

    def check() -> None:
        if next(steps_left, None) is None:
            raise Stopped

    with pytest.raises(Stopped):
        evaluated("($f := function() { $f() }; $f())", check)


def evaluated(text: str, check: Callable[[], None] = lambda: None) -> Any:
    now = datetime(2031, 5, 6, tzinfo=UTC)
    return Evaluator({}, now, Random(1), check).evaluate(f"{{% {text} %}}", "Output")  # noqa: S311


FIELDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"TimeoutSeconds": "{% 0 %}"}, TASK),
    ({"TimeoutSeconds": "{% 1.5 %}"}, TASK),
    ({"TimeoutSeconds": "{% 100000000 %}"}, TASK),
    ({"HeartbeatSeconds": "{% 0 %}"}, TASK),
    ({"HeartbeatSeconds": "{% 5 %}", "TimeoutSeconds": "{% 5 %}"}, TASK),
    ({"Seconds": "{% 1.5 %}"}, {"Type": "Wait"}),
    ({"Seconds": "{% -1 %}"}, {"Type": "Wait"}),
    ({"MaxConcurrency": "{% 1.5 %}"}, MAP),
    ({"ToleratedFailureCount": "{% 1.5 %}"}, MAP),
    ({"ToleratedFailurePercentage": "{% 101 %}"}, MAP),
]


@pytest.mark.parametrize(("fields", "state"), FIELDS, ids=lambda part: str(part)[:60])
def test_a_number_that_an_expression_gives_has_the_range_of_the_literal(
    steps: Steps, fields: dict[str, Any], state: dict[str, Any]
) -> None:
    ended = steps.run({"A": {**state, **fields, "End": True}})
    assert ended["error"] == "States.QueryEvaluationError"
    assert f"'{next(iter(fields))}'" in ended["cause"]
