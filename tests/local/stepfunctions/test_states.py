"""What each state type does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.stepfunctions.conftest import ROLE

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

DONE = {"Type": "Pass", "End": True}


def test_a_pass_state_without_output_hands_its_input_on(steps: Steps) -> None:
    assert steps.run({"P": DONE}, {"a": [1, None]})["output"] == {"a": [1, None]}


def test_a_succeed_state_ends_the_execution_with_its_output(steps: Steps) -> None:
    ended = steps.run({"S": {"Type": "Succeed", "Output": "{% $states.input.a %}"}}, {"a": 5})
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", 5)


def test_a_fail_state_gives_the_execution_its_error_and_cause(steps: Steps) -> None:
    fail = {"Type": "Fail", "Error": "Fleet.Broken", "Cause": "{% 'cluster ' & $states.input.c %}"}
    ended = steps.run({"F": fail}, {"c": "a1"})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Fleet.Broken", "cluster a1")
    assert "output" not in ended


def test_a_fail_state_that_names_nothing_has_neither_error_nor_cause(steps: Steps) -> None:
    ended = steps.run({"F": {"Type": "Fail"}})
    assert ended["status"] == "FAILED"
    assert not {"error", "cause"} & ended.keys()


@pytest.mark.parametrize(("n", "output"), [(1, "one"), (2, "two"), (3, "other")])
def test_a_choice_takes_the_first_rule_that_holds_else_its_default(steps: Steps, n: int, output: str) -> None:
    states = {
        "C": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.n = 1 %}", "Output": "one", "Next": "End"},
                {"Condition": "{% $states.input.n <= 2 %}", "Output": "two", "Next": "End"},
            ],
            "Default": "End",
            "Output": "other",
        },
        "End": DONE,
    }
    assert steps.run(states, {"n": n})["output"] == output


def test_a_choice_without_match_and_default_fails(steps: Steps) -> None:
    states = {"C": {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "End"}]}, "End": DONE}
    assert steps.run(states)["error"] == "States.NoChoiceMatched"


def test_a_condition_that_is_no_boolean_is_a_query_error(steps: Steps) -> None:
    states = {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "End"}], "Default": "End"},
        "End": DONE,
    }
    ended = steps.run(states)
    assert ended["error"] == "States.QueryEvaluationError"
    assert "Expected 'boolean', but was 'number'" in ended["cause"]


@pytest.mark.parametrize("seconds", [1800, "{% 60 * 30 %}"])
def test_a_wait_takes_virtual_seconds_and_no_real_ones(steps: Steps, seconds: Any) -> None:
    ended = steps.run({"W": {"Type": "Wait", "Seconds": seconds, "End": True}})
    assert ended["stopDate"] - ended["startDate"] == timedelta(minutes=30)


def test_a_wait_until_a_timestamp_ends_at_it(steps: Steps) -> None:
    due = steps.clock.now() + timedelta(hours=9)
    ended = steps.run(
        {"W": {"Type": "Wait", "Timestamp": "{% $states.input %}", "End": True}}, due.isoformat()
    )
    assert ended["stopDate"] == due


def test_a_wait_until_a_timestamp_that_is_over_ends_at_once(steps: Steps) -> None:
    ended = steps.run({"W": {"Type": "Wait", "Timestamp": "2001-01-01T00:00:00Z", "End": True}})
    assert ended["stopDate"] == ended["startDate"]


def test_a_wait_for_what_is_no_time_is_a_query_error(steps: Steps) -> None:
    for field, value in (("Seconds", "{% 'soon' %}"), ("Timestamp", "{% 'tomorrow' %}")):
        ended = steps.run({"W": {"Type": "Wait", field: value, "End": True}})
        assert ended["error"] == "States.QueryEvaluationError"
        assert f"'{field}'" in ended["cause"]


def test_variables_are_seen_by_all_later_states(steps: Steps) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": "{% $states.input.n %}", "y": {"z": None}}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x": "{% $x + 1 %}", "old": "{% $x %}"}, "Next": "C"},
        "C": {"Type": "Pass", "Output": "{% [$x, $old, $y] %}", "End": True},
    }
    assert steps.run(states, {"n": 1})["output"] == [2, 1, {"z": None}]


def test_assign_and_output_of_one_state_see_the_variables_as_they_were(steps: Steps) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x": 2}, "Output": "{% $x %}", "End": True},
    }
    assert steps.run(states)["output"] == 1


def branch(**state: Any) -> dict[str, Any]:
    return {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True, **state}}}


def test_parallel_branches_get_the_arguments_and_give_a_list_in_their_order(steps: Steps) -> None:
    slow = {"Type": "Wait", "Seconds": 9, "End": True}
    branches = [{"StartAt": "W", "States": {"W": slow}}, branch(Output="{% $states.input + 1 %}")]
    parallel = {"Type": "Parallel", "Arguments": "{% 41 %}", "Branches": branches, "End": True}
    ended = steps.run({"P": parallel})
    assert ended["output"] == [41, 42]
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=9)


def test_a_branch_sees_the_outer_variables_and_keeps_its_own(steps: Steps) -> None:
    inner = {
        "StartAt": "I",
        "States": {
            "I": {"Type": "Pass", "Assign": {"inner": "{% $outer & '!' %}"}, "Next": "J"},
            "J": {"Type": "Pass", "Output": "{% $inner %}", "End": True},
        },
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"outer": "o"}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [inner], "Next": "Z"},
        "Z": {"Type": "Pass", "Output": "{% {'r': $states.input, 'seen': $exists($inner)} %}", "End": True},
    }
    assert steps.run(states)["output"] == {"r": ["o!"], "seen": False}


def test_a_failing_branch_aborts_the_others_and_fails_the_parallel_state(steps: Steps) -> None:
    slow = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9999, "End": True}}}
    broken = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}
    arn = steps.start(steps.machine({"P": {"Type": "Parallel", "Branches": [slow, broken], "End": True}}))
    ended = steps.wait_for_end(arn)
    assert (ended["error"], ended["cause"]) == ("E", "c")
    assert ended["stopDate"] == ended["startDate"]
    assert "WaitStateAborted" in steps.events(arn)
    assert "ParallelStateFailed" in steps.events(arn)


def test_an_inline_map_runs_each_item_and_keeps_their_order(steps: Steps) -> None:
    mapped = {
        "Type": "Map",
        "Items": "{% $states.input.list %}",
        "ItemSelector": {
            "v": "{% $states.context.Map.Item.Value %}",
            "i": "{% $states.context.Map.Item.Index %}",
            "all": "{% $count($states.input.list) %}",
        },
        "ItemProcessor": branch(Output="{% [$states.input.v, $states.input.i, $states.input.all] %}"),
        "End": True,
    }
    assert steps.run({"M": mapped}, {"list": ["a", "b"]})["output"] == [["a", 0, 2], ["b", 1, 2]]


def test_an_inline_map_takes_its_input_when_no_items_are_given(steps: Steps) -> None:
    mapped = {"Type": "Map", "ItemProcessor": branch(), "End": True}
    assert steps.run({"M": mapped}, [3, 4])["output"] == [3, 4]
    assert steps.run({"M": mapped}, 5)["error"] == "States.QueryEvaluationError"


@pytest.mark.parametrize(("most", "seconds"), [(0, 20), (40, 20), (1, 410), (41, 20)])
def test_an_inline_map_runs_at_most_forty_items_at_once(steps: Steps, most: int, seconds: int) -> None:
    processor = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "End": True}}}
    mapped = {
        "Type": "Map",
        "Items": "{% [1..41] %}",
        "MaxConcurrency": most,
        "ItemProcessor": processor,
        "End": True,
    }
    ended = steps.run({"M": mapped})
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=seconds)


def test_a_failing_iteration_fails_the_inline_map_with_its_error(steps: Steps) -> None:
    processor = {
        "StartAt": "C",
        "States": {
            "C": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "F"}],
                "Default": "W",
            },
            "F": {"Type": "Fail", "Error": "Two"},
            "W": {"Type": "Wait", "Seconds": 100, "End": True},
        },
    }
    arn = steps.start(
        steps.machine({"M": {"Type": "Map", "Items": [1, 2], "ItemProcessor": processor, "End": True}})
    )
    assert steps.wait_for_end(arn)["error"] == "Two"
    kinds = steps.events(arn)
    assert {"MapIterationFailed", "MapIterationAborted", "MapStateFailed"} <= set(kinds)


def test_the_context_tells_virtual_moments(steps: Steps) -> None:
    states = {
        "W": {"Type": "Wait", "Seconds": 90, "Next": "P"},
        "P": {"Type": "Pass", "Output": "{% $states.context %}", "End": True},
    }
    arn = steps.start(steps.machine(states), {"a": 1}, name="told")
    ended = steps.wait_for_end(arn)
    context = ended["output"]
    began = ended["startDate"].astimezone(steps.clock.now().tzinfo)
    assert context["Execution"] | {"RoleArn": "?"} == {
        "Id": arn,
        "Input": {"a": 1},
        "Name": "told",
        "RoleArn": "?",
        "StartTime": began.strftime("%Y-%m-%dT%H:%M:%S.") + f"{began.microsecond // 1000:03}Z",
        "RedriveCount": 0,
    }
    entered = began + timedelta(seconds=90)
    assert context["State"]["EnteredTime"].startswith(entered.strftime("%Y-%m-%dT%H:%M:%S."))
    assert context["State"]["Name"] == "P"
    assert context["StateMachine"]["Id"] == ended["stateMachineArn"]
    assert "Map" not in context


@pytest.mark.parametrize("seconds", ["1.5", "100000000", "-1", "'9'", "true", "null", "[]"])
def test_a_wait_whose_expression_is_no_integer_in_range_fails(steps: Steps, seconds: str) -> None:
    ended = steps.run({"W": {"Type": "Wait", "Seconds": f"{{% {seconds} %}}", "End": True}})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "Seconds" in ended["cause"]


def test_a_definition_is_given_back_as_it_was_written(steps: Steps) -> None:
    states = '"States":{"A":{ "End":true,"Type":"Pass"}} }'
    text = f'{{"StartAt" :"A",\n "QueryLanguage":"JSONata", "Comment": "\\u00fc ü", {states}\n'
    machine = steps.api.create_state_machine(name="written", definition=text, roleArn=ROLE)["stateMachineArn"]
    assert steps.api.describe_state_machine(stateMachineArn=machine)["definition"] == text
    steps.api.update_state_machine(stateMachineArn=machine, definition=text + " ")
    assert steps.api.describe_state_machine(stateMachineArn=machine)["definition"] == text + " "
