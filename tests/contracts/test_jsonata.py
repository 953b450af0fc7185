"""JSONata on local AWS is that of the reference implementation, in the version that Step Functions names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.stepfunctions.asl.jsonata import expression
from steward.domain.workflows import WORKFLOWS
from tests.contracts.jsonata.implementations import FAILURE, Question, ours, reference
from tests.contracts.jsonata.recording import FILE
from tests.support.synthesis import definition

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPRESSIONS = Path(__file__).parent / "jsonata" / "expressions.txt"
NOW = 1_790_000_000_123
VARIABLES: dict[str, Any] = {
    "n": None,
    "l": [1, None],
    "b": [True, False],
    "o": {"a": 1, "b": [1, 2], "z": None},
    "e": [],
    "s": "text",
    "big": 12345678901234567890,
    "m": [{"k": 1, "v": "a"}, {"k": 2, "v": "b"}, {"k": 1, "v": "c"}],
}
WHERE_WE_FAIL = {
    "1 / 0": "infinity is no JSON: the reference's answer is null as text",
    "5 % 0": "what is no number is no JSON either",
    "1e300 * 1e10": "as 1 / 0",
    "$number('0x1_0')": "as 5 % 0; the reference's pattern lets it through",
    "$eval('1')": "Step Functions does not support it (guide, 'Transforming data with JSONata')",
}
"""Expressions that the reference answers and local AWS refuses, each with the reason."""


FAILED = {"Error": "States.Timeout", "Cause": "text"}
COUNT = "($exists($failure.count) ? $failure.count : 0)"
COUNTED = [{}, {"failure": {"count": 0}}, {"failure": {"count": 9}}]
RARE: dict[str, list[dict[str, Any]]] = {
    "$step.final": [{"step": {"final": True}}, {"step": {}}],
    f"{COUNT} = 0": COUNTED,
    f"{COUNT} > 8": COUNTED,
    f"$merge([$states.errorOutput, {{'count': {COUNT} + 1}}])": [
        {**variables, "states": {"errorOutput": FAILED}} for variables in COUNTED
    ],
}
"""Expressions that the workflows' tests do not reach for certain, each with the variables of some inputs."""


def recorded() -> dict[str, list[dict[str, Any]]]:
    """The inputs of each expression, with the moment and the variables."""
    found: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    by_hand = {text: [{"now": NOW, "variables": each} for each in inputs] for text, inputs in RARE.items()}
    return by_hand | found


def of_ours() -> set[str]:
    """Every expression of the synthesized state machines."""
    return {text for workflow in WORKFLOWS for text in _expressions(definition(workflow))}


def _expressions(part: Any) -> Iterator[str]:
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _expressions(each)
    elif (text := expression(part)) is not None:
        yield text


def differences(questions: list[Question]) -> list[str]:
    answers = zip(questions, reference(questions), strict=True)
    return [
        f"{question['expression']}: {found!r}, the reference {expected!r}"
        for question, expected in answers
        if (found := ours(question)) != expected
    ]


def test_every_expression_of_ours_was_recorded_with_an_input() -> None:
    missing = sorted(of_ours() - recorded().keys())
    assert not missing, f"record them (tests/contracts/jsonata/recording.py says how): {missing}"


def test_every_expression_of_ours_gives_what_the_reference_gives() -> None:
    wanted = of_ours()
    questions = [
        {"expression": text, **given}
        for text, inputs in recorded().items()
        if text in wanted
        for given in inputs
    ]
    assert len(questions) > len(wanted)
    assert differences(questions) == []


def test_the_language_is_the_references() -> None:
    texts = EXPRESSIONS.read_text(encoding="utf-8").splitlines()
    questions = [{"expression": text, "variables": VARIABLES, "now": NOW} for text in texts]
    assert len(questions) > 350
    assert differences(questions) == []


@pytest.mark.parametrize("text", WHERE_WE_FAIL)
def test_what_has_no_json_fails_the_state(text: str) -> None:
    question = {"expression": text, "variables": VARIABLES, "now": NOW}
    assert ours(question) == FAILURE
    assert reference([question]) != [FAILURE]
