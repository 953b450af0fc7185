"""Whatever stands where in a definition: it is accepted, or refused with a sentence."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from local.stepfunctions.api.definition import check
from local.stepfunctions.api.structure import STATE
from local.stepfunctions.asl.failures import InvalidDefinitionError
from steward.domain.workflows import WORKFLOWS
from tests.support.synthesis import definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    Path = tuple[str | int, ...]

FREE = ("Output", "Assign", "Arguments", "ItemSelector", "Items")
STRANGE: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    0,
    True,
    1.5,
    "x",
    [None],
    [[]],
    {"a": 1},
    [1],
    "{% 1 %}",
    "{%%}",
)
PASS = {"Type": "Pass", "End": True}
ONE = {"StartAt": "P", "States": {"P": PASS}}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": True}
MAP = {
    "Type": "Map",
    "End": True,
    "ItemProcessor": {**ONE, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
}
STATES = [
    TASK,
    MAP,
    {"Type": "Parallel", "Branches": [ONE], "End": True},
    {"Type": "Choice", "Choices": [{"Condition": True, "Next": "B"}], "Default": "B"},
    {"Type": "Wait", "Seconds": 1, "End": True},
    PASS,
    {"Type": "Succeed"},
    {"Type": "Fail"},
]


def places(part: Any, path: Path = ()) -> Iterator[Path]:
    """Every node of a definition but those inside of what a field gives away or is called with."""
    yield path
    if isinstance(part, dict | list) and path[-1:] not in {(name,) for name in FREE}:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(value, (*path, key))


def field(path: Path) -> tuple[str, ...]:
    """What a node is, apart from the state that it is in, and from the index."""
    names = [str(each) for each in path]
    last = max((at for at, name in enumerate(names) if name == "States"), default=None)
    below = names if last is None else ["States", *names[last + 2 :]]
    return tuple("0" if name.isdecimal() else name for name in below)


def one_of_each() -> dict[tuple[str, ...], tuple[dict[str, Any], Path]]:
    """Each kind of node once, in the smallest of our definitions that has it."""
    found: dict[tuple[str, ...], tuple[dict[str, Any], Path]] = {}
    for whole in sorted(map(definition, WORKFLOWS), key=lambda each: len(json.dumps(each))):
        for path in places(whole):
            found.setdefault(field(path), (whole, path))
    return {kind: place for kind, place in found.items() if kind}


def replaced(whole: Any, path: Path, value: Any) -> Any:
    changed = copy.deepcopy(whole)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


def accepted(text: str) -> bool:
    """Whether a definition is accepted; any error but a refusal is the test's."""
    try:
        check(text)
    except InvalidDefinitionError:
        return False
    return True


def test_no_node_of_our_definitions_can_be_replaced_by_what_is_stumbled_over() -> None:
    nodes = one_of_each()
    verdicts = {
        (kind, json.dumps(value)): accepted(json.dumps(replaced(whole, path, value)))
        for kind, (whole, path) in nodes.items()
        for value in STRANGE[:7]
    }
    assert len(nodes) > 50
    assert not verdicts[("States", "Retry", "0", "ErrorEquals"), "null"]
    assert verdicts[("States", "Output"), "null"]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state["Type"])
def test_no_field_of_any_state_is_stumbled_over(state: dict[str, Any]) -> None:
    top = {"QueryLanguage": "JSONata", "StartAt": "A"}
    more = {"B": PASS} if state["Type"] == "Choice" else {}
    verdicts = {
        (name, json.dumps(value)): accepted(
            json.dumps({**top, "States": {"A": {**state, name: value}, **more}})
        )
        for name in STATE
        for value in STRANGE
    }
    assert not verdicts["Type", "[]"]
    assert verdicts["Comment", '""'] or verdicts["Assign", "{}"] or verdicts["Error", '"x"']
