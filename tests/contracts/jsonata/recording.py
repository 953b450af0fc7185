"""Records what the state machines' expressions are evaluated with, while the workflows' tests run.

    python -m pytest tests/workflows -q -p tests.contracts.jsonata.recording

renews in `recorded.json` what ran: for each expression a few inputs, of different outcomes, each as small as
can be. Expressions that did not run keep theirs; those that no definition has any more are unused.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.jsonata import Evaluator, QueryError, parse_expression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

FILE = Path(__file__).with_name("recorded.json")
MOST = 3
"""Inputs kept of one expression."""

LARGEST = 4_000
"""Characters of an input; larger ones are kept only of expressions without smaller ones."""

FOLDERS = re.compile(r"(?:/[\w.=+-]+)+/(?=[\w-]+\.py\b)")
"""Of modules, in the stack traces of functions: those of a machine on which it was recorded."""

PARTS_OF_STATES = re.compile(r"\$states\.(\w+)")
_found: dict[str, dict[str, str]] = {}
"""By expression: outcome → the smallest input that led to it, as JSON."""

_init, _query = Evaluator.__init__, Evaluator._query


def _remember_now(evaluator: Evaluator, names: Any, now: datetime, *rest: Any) -> None:
    _init(evaluator, names, now, *rest)
    evaluator.now = int(now.timestamp() * 1000)  # type: ignore[attr-defined] # for the record alone


def _record(evaluator: Evaluator, text: str, field: str) -> Any:
    now: int = evaluator.now  # type: ignore[attr-defined] # from _remember_now
    given = json.dumps({"now": now, "variables": dict(_variables(evaluator, text))})
    given = FOLDERS.sub("/var/task/", given)
    try:
        value = _query(evaluator, text, field)
    except QueryError:
        _keep(text, "fails", given)
        raise
    _keep(text, json.dumps(value)[:100], given)
    return value


def _variables(evaluator: Evaluator, text: str) -> Iterator[tuple[str, Any]]:
    """What the expression mentions, of ``states`` only its parts that it mentions."""
    for name in sorted(parse_expression(text)[1] & evaluator._names.keys()):
        value = evaluator._names[name]
        used = set(PARTS_OF_STATES.findall(text)) if name == "states" else set()
        yield name, {key: value[key] for key in used & value.keys()} if used else value


def _keep(text: str, outcome: str, given: str) -> None:
    of_text = _found.setdefault(text, {})
    if outcome not in of_text or len(given) < len(of_text[outcome]):
        of_text[outcome] = given


def _kept(text: str) -> list[Any]:
    smallest = sorted(_found[text].values(), key=len)
    return [
        json.loads(each) for each in smallest[:1] + [one for one in smallest[1:MOST] if len(one) < LARGEST]
    ]


def pytest_configure() -> None:
    Evaluator.__init__ = _remember_now  # type: ignore[method-assign]
    Evaluator._query = _record  # type: ignore[method-assign]


def pytest_sessionfinish() -> None:
    recorded = json.loads(FILE.read_text(encoding="utf-8")) | {text: _kept(text) for text in _found}
    FILE.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
