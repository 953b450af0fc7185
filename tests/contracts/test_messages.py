"""State machines and functions agree: on the keys of events and answers, and on what can come next."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.workflows.base import checked_payload
from steward.domain import messages
from steward.domain.deprovision.moves import Delegate, RequestTask, Wait
from steward.domain.messages import (
    AbandonAnswer,
    AbandonEvent,
    AdvanceNext,
    ApprovalAnswer,
    ApprovalEvent,
    ConvergeEvent,
    ConvergeNext,
    DeprovisionEvent,
    FinishEvent,
    FinishNext,
    PlanAnswer,
    PlanEvent,
    ReportAnswer,
    ReportEvent,
    RunInfo,
    StartNext,
    StepAnswer,
    StepEvent,
    StepNext,
    WaitInfo,
    WaveInfo,
    keys_of,
)
from steward.domain.workflows import ROTATE_KEYS, WORKFLOWS
from tests.contracts.asl import sdk_call
from tests.support.synthesis import definition, function_id, resources, states

if TYPE_CHECKING:
    from enum import StrEnum

FUNCTIONS: dict[str, tuple[type, type]] = {
    **{f"{each.key}.plan": (PlanEvent, PlanAnswer) for each in WORKFLOWS.values()},
    "report": (ReportEvent, ReportAnswer),
    "abandon": (AbandonEvent, AbandonAnswer),
    "rotate_keys.start": (StepEvent, StepAnswer),
    "rotate_keys.finish": (FinishEvent, StepAnswer),
    "sync_roles.converge": (ConvergeEvent, StepAnswer),
    "deprovision.advance": (DeprovisionEvent, StepAnswer),
    "deprovision.delete": (DeprovisionEvent, StepAnswer),
    "deprovision.remove_copy": (DeprovisionEvent, StepAnswer),
    "approvals.request_approval": (ApprovalEvent, ApprovalAnswer),
}
"""The event and the answer of each function that a state machine calls, by handler."""

NEXT: dict[str, set[StrEnum]] = {
    "rotate_keys.start": {*StepNext, *StartNext},
    "rotate_keys.finish": {StepNext.DONE, *FinishNext},
    "sync_roles.converge": {*StepNext, *ConvergeNext},
    "deprovision.advance": {*StepNext, *AdvanceNext, *Wait, *RequestTask, *Delegate},
    "deprovision.delete": {StepNext.AGAIN, Wait.UNTIL_DELETED},
    "deprovision.remove_copy": {StepNext.AGAIN, Wait.UNTIL_COPY_GONE},
}
"""What each step can answer as ``next``, by handler."""

ADVANCE_NEXT: set[StrEnum] = {*StepNext, *AdvanceNext, *Wait, *RequestTask, *Delegate}
"""The same for Advance of deprovision, which answers with the domain's moves."""

TASKS = [
    pytest.param(workflow, name, id=f"{workflow}: {name}")
    for workflow in WORKFLOWS
    for name, state in states(definition(workflow)).items()
    if sdk_call(state)[0] == "lambda"
]


def of(workflow: str, name: str) -> dict[str, Any]:
    return states(definition(workflow))[name]


def handler_of(state: dict[str, Any]) -> str:
    function = resources("AWS::Lambda::Function")[function_id(state["Arguments"]["FunctionName"])]
    return str(function["Properties"]["Handler"]).removeprefix("steward.handlers.").removesuffix(".handler")


def read(variable: str, of_what: Any) -> set[str]:
    """The fields of a variable that the expressions of a part of a definition read."""
    return set(re.findall(rf"\${re.escape(variable)}\.(\w+)", json.dumps(of_what)))


def mentioned(module: str, enum: str) -> set[str]:
    """The members of an enumeration that a module names."""
    source = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enum
    }


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_a_function_gets_the_keys_of_its_event(workflow: str, name: str) -> None:
    state = of(workflow, name)
    event, _ = FUNCTIONS[handler_of(state)]
    payload = state["Arguments"]["Payload"]
    assert checked_payload(event, payload)
    if isinstance(payload.get("wait"), dict):
        assert checked_payload(WaitInfo, payload["wait"])


def test_a_payload_that_lacks_a_key_or_has_another_stops_the_synthesis() -> None:
    payload = dict.fromkeys(keys_of(FinishEvent))
    assert checked_payload(FinishEvent, payload) == payload
    with pytest.raises(TypeError, match=r"FinishEvent: missing \['wait'\], unknown \['watched'\]"):
        checked_payload(FinishEvent, {**{k: v for k, v in payload.items() if k != "wait"}, "watched": {}})


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_what_a_task_keeps_of_an_answer_is_in_the_answers_type(workflow: str, name: str) -> None:
    state = of(workflow, name)
    _, answer = FUNCTIONS[handler_of(state)]
    assert read("states.result.Payload", state) <= keys_of(answer)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_what_a_machine_reads_of_the_last_answer_some_step_of_it_can_answer(workflow: str) -> None:
    whole = definition(workflow)
    steps = [state for state in states(whole).values() if "step" in state.get("Assign", {})]
    called = {FUNCTIONS[handler_of(state)][1] for state in steps if state["Type"] == "Task"}
    assert called
    assert read("step", whole) <= frozenset[str]().union(*map(keys_of, called))
    assert read("run", whole) <= keys_of(RunInfo)
    assert read("child.run", whole) <= keys_of(RunInfo)
    assert set(re.findall(r"\$waves\[\$wave\]\.(\w+)", json.dumps(definition(workflow)))) <= keys_of(WaveInfo)


@pytest.mark.parametrize(("task", "answer"), [("Report", ReportAnswer), ("Abandon", AbandonAnswer)])
def test_what_follows_report_and_abandon_reads_their_answers(task: str, answer: type) -> None:
    state = of(ROTATE_KEYS.name, task)
    choice = of(ROTATE_KEYS.name, state["Next"])
    ends = [each["Next"] for each in choice["Choices"]] + [choice["Default"]]
    assert read("states.input", [choice, *(of(ROTATE_KEYS.name, end) for end in ends)]) <= keys_of(answer)


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_each_answer_of_a_step_has_a_branch_and_each_branch_an_answer(workflow: str, name: str) -> None:
    state = of(workflow, name)
    following = of(workflow, state["Next"]) if "Next" in state else {}
    branches = set(re.findall(r"\$step\.next = '(\w+)'", json.dumps(following.get("Choices", []))))
    handler = handler_of(state)
    if handler in {"deprovision.delete", "deprovision.remove_copy"}:
        pytest.skip("test_deprovision_graph holds their branches against the model")
    answers = {**NEXT, "deprovision.advance": ADVANCE_NEXT}.get(handler)
    if answers is None:
        assert not branches, f"{handler} answers what comes next: list it in NEXT"
        return
    assert branches <= answers
    assert len(answers - branches) == 1, "what is not tested goes to the Choice's default"


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_whatever_compares_the_last_answer_compares_it_with_one_that_a_step_gives(workflow: str) -> None:
    compared = set(re.findall(r"\$step\.next = '([^']*)'", json.dumps(definition(workflow))))
    tasks = [param.values[1] for param in TASKS if param.values[0] == workflow]
    called = {handler_of(of(workflow, str(name))) for name in tasks}
    assert compared
    assert compared <= set().union(*(NEXT[handler] for handler in called & set(NEXT)))


@pytest.mark.parametrize("handler", NEXT)
def test_each_answer_that_a_step_may_give_it_gives_somewhere(handler: str) -> None:
    # a move of deprovision is chosen by the rules in the domain, and handed on by the step
    chosen = {Wait, RequestTask, Delegate} if handler == "deprovision.advance" else set()
    for kind in {type(each) for each in NEXT[handler]} - chosen:
        expected = {each.name for each in NEXT[handler] if type(each) is kind}
        found = mentioned(f"steward.steps.{handler}", kind.__name__)
        if kind is StepNext:
            found |= mentioned("steward.steps.cluster_step", kind.__name__)
        assert expected <= found


def test_every_message_of_the_contract_is_a_functions() -> None:
    of_functions = {each.__name__ for pair in FUNCTIONS.values() for each in pair if each}
    declared = {name for name in vars(messages) if name.endswith(("Event", "Answer"))}
    assert declared - of_functions == {"ChildEvent", "WatchEvent"}, (
        "the base of the others, and what EventBridge sends"
    )
