"""State machines and functions agree: on the keys of events and answers, and on what can come next."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints, is_typeddict

import pytest

from infra.workflows.base import checked_payload
from steward.domain import items, messages
from steward.domain.decision import act
from steward.domain.deprovision.moves import Delegate, RequestTask, Wait
from steward.domain.deprovision.nominees import Nominee, plan_entry
from steward.domain.messages import FinishEvent, RunInfo, StepNext, WaveInfo, keys_of
from steward.domain.plan import item
from steward.domain.rotate_keys.plan import rotation_entry, waves
from steward.domain.run_input import RunInput
from steward.domain.sync_roles.plan import RoleVerdict, roles_entry
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES, WORKFLOWS
from tests.contracts.asl import sdk_call
from tests.contracts.steps import BASES, HANDLERS, Contract, contract, wrong_paths
from tests.support import deprovision_facts
from tests.support.facts import cluster, settings
from tests.support.role_facts import COPY, observed, role_facts
from tests.support.synthesis import definition, deployed, function_id, resources, states

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

RECIPE = "see docs/adding-a-workflow.md"

TASKS = [
    pytest.param(workflow, name, id=f"{workflow}: {name}")
    for workflow in deployed()
    for name, state in states(definition(workflow)).items()
    if sdk_call(state)[0] == "lambda"
]


def planned_items() -> dict[str, dict[str, Any]]:
    """What each workflow's plan says to the child execution of a cluster."""
    rotation = rotation_entry(cluster(), act("due", "its keys are old"))
    roles = roles_entry(role_facts(observed(COPY)), RoleVerdict(act("drifted", "differs")), {})
    nominee = Nominee(deprovision_facts.details(), act("requested", "somebody requests it"))
    deletion = plan_entry(nominee, deprovision_facts.settings(), RunInput(), [])
    return {
        ROTATE_KEYS.name: waves([rotation], settings())[0].items[0],
        SYNC_ROLES.name: item(roles),
        DEPROVISION.name: item(deletion),
    }


def of(workflow: str, name: str) -> dict[str, Any]:
    return states(definition(workflow))[name]


def handler_of(state: dict[str, Any]) -> str:
    function = resources("AWS::Lambda::Function")[function_id(state["Arguments"]["FunctionName"])]
    return str(function["Properties"]["Handler"]).removeprefix("steward.handlers.").removesuffix(".handler")


def contract_of(workflow: str, name: str) -> Contract:
    return contract(handler_of(of(workflow, name)))


def item_of(workflow: str) -> Any:
    """The type of the items of a workflow's plan, on which its own functions agree."""
    own = [contract(each) for each in HANDLERS if each.startswith(f"{WORKFLOWS[workflow].key}.")]
    (found,) = {each.item for each in own if "item" in keys_of(each.event)}
    return found


def read(variable: str, of_what: Any) -> set[str]:
    """The paths below a variable that the expressions of a part of a definition read."""
    return {path[1:] for path in re.findall(rf"\${re.escape(variable)}((?:\.\w+)+)", json.dumps(of_what))}


def mentioned(module: str, enum: str) -> set[str]:
    """The members of an enumeration that a module names."""
    source = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enum
    }


def branches(workflow: str, name: str) -> dict[str, str]:
    """Where the Choice after a step leads, by the answer's ``next``; empty if none follows it."""
    whole = states(definition(workflow))
    choice = whole.get(whole[name].get("Next", ""), {})
    rules = [
        (re.search(r"\$step\.next = '(\w+)'", each["Condition"]), each) for each in choice.get("Choices", [])
    ]
    found = {match.group(1): each["Next"] for match, each in rules if match}
    others = {str(each) for each in contract_of(workflow, name).going_on()} - set(found)
    return found | (dict.fromkeys(others, choice["Default"]) if found else {})


def until_the_next_step(workflow: str, start: str) -> Iterator[dict[str, Any]]:
    """The states in which the last answer is that of before ``start``."""
    whole, found, open_ends = states(definition(workflow)), set[str](), [start]
    while open_ends:
        name = open_ends.pop()
        if name in found:
            continue
        found.add(name)
        state = whole[name]
        yield state
        if "step" not in state.get("Assign", {}):
            rules = [*state.get("Choices", []), *state.get("Catch", [])]
            following = [each["Next"] for each in rules] + [state.get("Default"), state.get("Next")]
            open_ends += [each for each in following if each]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_workflow_has_a_state_machine_in_the_example_policys_stack(workflow: str) -> None:
    assert workflow in deployed(), (
        f"the stack has no state machine …-{workflow}: give it a section in fleet.yaml, a construct in"
        f" infra/workflows and its place in infra/stack.py; {RECIPE}, steps 7 and 8"
    )


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_step_is_annotated_with_messages(handler: str) -> None:
    of_step = contract(handler)
    types = [of_step.event] if handler in {"watch", "sweep"} else [of_step.event, *of_step.answers]
    others = [each for each in types if getattr(each, "__module__", "") != messages.__name__]
    assert not others, (
        f"steward.steps.{handler} has {others} in its signature; declare its event and its answers in"
        " functions/steward/domain/messages.py and annotate the step with them"
    )


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_a_function_gets_the_keys_of_its_event(workflow: str, name: str) -> None:
    event, payload = contract_of(workflow, name).event, of(workflow, name)["Arguments"]["Payload"]
    assert checked_payload(event, payload)
    for key, kind in get_type_hints(event).items():
        if is_typeddict(kind) and isinstance(payload[key], dict):
            assert checked_payload(kind, payload[key])
        elif is_typeddict(kind):
            written = set(re.findall(r"'(\w+)': ", payload[key]))
            assert written in (set(), keys_of(kind)), f"{key} of {name}: keys that are not {kind.__name__}'s"


def test_a_payload_that_lacks_a_key_or_has_another_stops_the_synthesis() -> None:
    payload = dict.fromkeys(keys_of(FinishEvent))
    assert checked_payload(FinishEvent, payload) == payload
    with pytest.raises(TypeError, match=r"FinishEvent: missing \['wait'\], unknown \['watched'\]"):
        checked_payload(FinishEvent, {**{k: v for k, v in payload.items() if k != "wait"}, "watched": {}})


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_plan_says_of_a_cluster_what_its_items_type_says(workflow: str) -> None:
    assert workflow in planned_items(), (
        f"add to planned_items what the plan of {workflow} writes of a cluster"
    )
    differing = sorted(set(planned_items()[workflow]) ^ keys_of(item_of(workflow)))
    assert not differing, (
        f"{differing}: in the plan's items or in {items.__name__}.{item_of(workflow).__name__} only"
    )


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_what_a_child_execution_reads_of_its_input_is_there(workflow: str) -> None:
    given = of(workflow, "Each cluster")["ItemSelector"]
    whole = definition(workflow)
    unknown = {path.partition(".")[0] for path in read("child", whole)} - set(given)
    assert not unknown, (
        f"$child has no {sorted(unknown)}: WaveMap in infra/workflows/base.py gives {sorted(given)}"
    )
    assert wrong_paths(item_of(workflow), read("child.item", whole)) == set()
    assert wrong_paths(RunInfo, read("child.run", whole) | read("run", whole)) == set()
    assert wrong_paths(WaveInfo, read("waves[$wave]", whole)) == set()


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_what_a_task_keeps_of_an_answer_is_in_all_that_the_step_can_answer(workflow: str, name: str) -> None:
    kept = read("states.result.Payload", of(workflow, name))
    for answer in contract_of(workflow, name).answers:
        assert kept <= keys_of(answer), f"the task {name} reads what {answer.__name__} does not have"


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_what_is_read_on_the_way_to_the_next_step_is_in_the_answer_that_leads_there(
    workflow: str, name: str
) -> None:
    answers = {str(each): answer for each, answer in contract_of(workflow, name).going_on().items()}
    for following, start in branches(workflow, name).items():
        wanted = read("step", list(until_the_next_step(workflow, start)))
        missing = wanted - keys_of(answers[following])
        assert not missing, f"after {name} answers {following}, {answers[following].__name__} lacks {missing}"


@pytest.mark.parametrize(("task", "handler"), [("Report", "report"), ("Abandon", "abandon")])
def test_what_follows_report_and_abandon_reads_their_answers(task: str, handler: str) -> None:
    state = of(ROTATE_KEYS.name, task)
    choice = of(ROTATE_KEYS.name, state["Next"])
    ends = [each["Next"] for each in choice["Choices"]] + [choice["Default"]]
    wanted = read("states.input", [choice, *(of(ROTATE_KEYS.name, end) for end in ends)])
    (answer,) = contract(handler).answers
    assert wanted <= keys_of(answer)


@pytest.mark.parametrize(("workflow", "name"), TASKS)
def test_each_answer_of_a_step_has_a_branch_and_each_branch_an_answer(workflow: str, name: str) -> None:
    answers = {str(each) for each in contract_of(workflow, name).going_on()}
    following = of(workflow, of(workflow, name).get("Next", name)).get("Choices", [])
    tested = set(re.findall(r"\$step\.next = '(\w+)'", json.dumps(following)))
    assert tested <= answers, (
        f"the Choice after {name} tests {sorted(tested - answers)}, which its function never answers: see the"
        " types of its answers in functions/steward/domain/messages.py"
    )
    if answers:
        left = sorted(answers - tested)
        assert len(left) == 1, (
            f"the Choice after {name} has no branch for {left}; exactly one answer may be left to its"
            f" default: add branches in infra/workflows/{WORKFLOWS[workflow].key}.py"
        )


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_whatever_compares_the_last_answer_compares_it_with_one_that_a_step_gives(workflow: str) -> None:
    compared = set(re.findall(r"\$step\.next = '([^']*)'", json.dumps(definition(workflow))))
    tasks = [str(param.values[1]) for param in TASKS if param.values[0] == workflow]
    answered = {str(each) for name in tasks for each in contract_of(workflow, name).going_on()}
    assert compared
    unknown = sorted(compared - answered)
    assert not unknown, (
        f"infra/workflows compares $step.next with {unknown}, which no step of {workflow} answers"
    )


@pytest.mark.parametrize("handler", [each for each in HANDLERS if contract(each).going_on()])
def test_each_answer_that_a_step_may_give_it_gives_somewhere(handler: str) -> None:
    # a move of deprovision is chosen by the rules in the domain, and handed on by the step
    chosen = {Wait, RequestTask, Delegate} if handler == "deprovision.advance" else set()
    answers: set[StrEnum] = set(contract(handler).going_on())
    for kind in {type(each) for each in answers} - chosen:
        expected = {each.name for each in answers if type(each) is kind}
        found = mentioned(f"steward.steps.{handler}", kind.__name__)
        if kind is StepNext:
            found |= mentioned("steward.steps.cluster_step", kind.__name__)
        never = sorted(expected - found)
        assert not never, f"steward.steps.{handler} never answers {never}; take it out of {kind.__name__}"


def test_every_message_of_the_contract_is_a_functions() -> None:
    used = {each for handler in HANDLERS for each in (contract(handler).event, *contract(handler).answers)}
    declared = {name for name in vars(messages) if re.search(r"(Event|[a-z]Answer)$", name)}
    types = {name for name in declared if is_typeddict(getattr(messages, name))}
    unused = sorted(types - {getattr(each, "__name__", "") for each in used} - BASES)
    assert not unused, f"no step is annotated with {unused}: use them, or delete them from messages.py"
