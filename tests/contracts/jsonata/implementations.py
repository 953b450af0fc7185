"""One question for both implementations of JSONata: local AWS's, and the reference, npm's jsonata 2.0.6.

The reference sets itself up: `package-lock.json` says which version, Node comes with the Python packages.
"""

from __future__ import annotations

import json
import math
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from infra.node import NODE
from local.stepfunctions.asl.jsonata import Evaluator, QueryError
from tests.support.npm_packages import BUILD, install_packages

HERE = Path(__file__).parent
HOME = BUILD / "jsonata"
NOTHING, FAILURE = "nothing", "failure"
"""What an expression that is undefined, and one that fails, is said to give."""

Question = dict[str, Any]
"""``expression``, ``variables`` and ``now``, in milliseconds since 1970."""


def reference(questions: list[Question]) -> list[Any]:
    """What the reference answers to each question."""
    install_packages(HERE, HOME.name)
    command = [NODE, HERE / "evaluate.js", HOME / "node_modules" / "jsonata"]
    given = json.dumps(questions)
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return [_outcome(each) for each in json.loads(done.stdout)]


def ours(question: Question) -> Any:
    """What local AWS answers."""
    now = datetime.fromtimestamp(question["now"] / 1000, UTC)
    evaluator = Evaluator(question["variables"], now, Random(1))  # noqa: S311 - repeatable
    try:
        return _doubles(evaluator.evaluate(f"{{% {question['expression']} %}}", "Output"))
    except QueryError as error:
        return NOTHING if "returned nothing" in str(error) else FAILURE


def _outcome(answer: dict[str, Any]) -> Any:
    return FAILURE if "error" in answer else _doubles(answer.get("value", NOTHING))


def _doubles(value: Any) -> Any:
    """A value with its numbers as doubles, which all of JSON's are; a truth is none of them."""
    if isinstance(value, dict):
        return {key: _doubles(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_doubles(each) for each in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    assert not is_number or math.isfinite(value)
    return ("number", float(value)) if is_number else value
