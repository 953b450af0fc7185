"""Every code that the product can print, found in its source: decisions, steps, blockers, rulings, errors."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import steward
from steward.domain import failure
from steward.domain.approvals.evaluate import RequestRefused
from steward.domain.approvals.requests import Status
from steward.domain.deprovision.blockers import NEVER_WAIVED, WAIVABLE
from steward.domain.deprovision.moves import Call, Delegate
from steward.domain.errors import StewardError, UnverifiedCall
from steward.domain.operation import Outcome
from steward.domain.workflows import every_alarm
from steward.steps.approvals import delivery
from steward.steps.report_stopped import ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STEWARD = Path(__file__).parents[2] / "functions" / "steward"
FILES = sorted([*(STEWARD / "domain").rglob("*.py"), *(STEWARD / "steps").rglob("*.py")])
API = STEWARD / "handlers" / "approvals" / "api.py"

FIRST = {"skip": 0, "refuse": 0, "act": 0, "Decision": 1, "Refusal": 0, "RequestRefused": 0, "Evaluation": 0}
"""Calls that make something with a code, and which argument is the code."""

ENDINGS = {"stop": 1, "retry_later": 1, "_deletion_failure": 0, "_data_in_doubt": 1, "_none_of": 2}
"""The same for the steps of deprovision that can end an operation; the others are never printed."""

LAST_MOVES = {"END", "DELETION_FAILED"}
"""Moves with which an operation ends: `NextMove(Control.END, code, …)`."""

CALLS = (*Call, *Delegate)
"""Moves that are calls of Redshift: each is the code when Redshift keeps refusing it (`on_refused_call`)."""

OF_AWS = {
    "States.Timeout",
    "States.ExceedToleratedFailureThreshold",
    "States.ItemReaderFailed",
    "States.QueryEvaluationError",
    "States.Permissions",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Redshift.RedshiftException",
}
"""Step Functions' and Lambda's own names, of which a report can tell; no source of ours has them."""


def codes() -> set[str]:
    """The codes of reasons, wherever they are made."""
    found = {code for path in (*FILES, API) for code in _in(ast.parse(path.read_text(encoding="utf-8")))}
    answers = {status.value for status in Status} - {Status.WAITING.value}
    already = {f"already_{answer}" for answer in answers - {Status.EXPIRED.value}}
    return found | already | answers | {*NEVER_WAIVED, *WAIVABLE} | {call.value for call in CALLS}


def error_names() -> set[str]:
    """The names of errors as Step Functions shows them."""
    for module in pkgutil.walk_packages(steward.__path__, "steward."):
        importlib.import_module(module.name)
    shown = set(_subclasses(StewardError)) - {RequestRefused, UnverifiedCall}
    own = {error.__name__ for error in shown}
    loops = {failure.DEADLINE, failure.UNRECOVERABLE, failure.GONE}
    answers = {delivery.REJECTED, delivery.CANCELLED}
    return own | loops | answers | {told["Error"] for told in ERRORS.values() if told} | OF_AWS


def outcomes() -> set[str]:
    """How a cluster can have ended."""
    return {outcome.value for outcome in Outcome}


def alarms() -> set[str]:
    """The names of alarms, without the workflow that some are about."""
    return {spec.name for spec in every_alarm()}


def _subclasses(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _in(tree: ast.Module) -> Iterator[str]:
    named = dict(_constants(tree))
    for node in ast.walk(tree):
        for value in _codes(node):
            yield from _texts(value, named)


def _codes(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that are codes: arguments, values of ``{"code": …}``, what is assigned to ``code``."""
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "code")
    if isinstance(node, ast.Assign):
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            target, value = target.elts[0], value.elts[0]
        if isinstance(target, ast.Name) and target.id == "code":
            yield value


def _of_call(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "NextMove" and isinstance(call.args[0], ast.Attribute) and call.args[0].attr in LAST_MOVES:
        yield call.args[1]
    place = {**FIRST, **ENDINGS}.get(name)
    if place is not None and len(call.args) > place:
        yield call.args[place]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The module's names for texts."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _texts(node: ast.expr, named: Mapping[str, str]) -> Iterator[str]:
    """A literal, one that has a name, or both ends of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    if isinstance(node, ast.Name) and node.id in named:
        yield named[node.id]
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body, named)
        yield from _texts(node.orelse, named)
