"""Every move is in every table that is about its kind, and every rule is in the one order of rules."""

from __future__ import annotations

import ast
import inspect
from itertools import chain

import pytest

from steward.domain.deprovision import identity, permit, preconditions
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, RequestTask, Wait
from steward.domain.deprovision.next_move import LABELS, RULES, STAGES
from steward.domain.deprovision.on_refused_call import PARTS
from steward.domain.deprovision.rollback import UNDO
from steward.domain.deprovision.stages import final_snapshot
from steward.steps.deprovision.calls import CALLS
from steward.steps.deprovision.record_facts import FACTS

MOVES = [*Call, *Delegate, *Wait, *RequestTask, *Fact, *Control]
RULE_NAMES = ("check_", "require_", "wait_until_", "resume_after_")
MODULES = (identity, preconditions, *STAGES)


def test_no_two_moves_have_the_same_value() -> None:
    assert len({move.value for move in MOVES}) == len(MOVES)


@pytest.mark.parametrize(
    ("table", "kinds"), [(CALLS, Call), (FACTS, Fact), (LABELS, MOVES)], ids=["calls", "facts", "labels"]
)
def test_a_table_has_each_move_of_its_kind(table: object, kinds: object) -> None:
    assert set(table) == set(kinds)  # type: ignore[call-overload]


def test_each_label_stands_with_one_stage() -> None:
    assert sum(len(module.LABELS) for module in (preconditions, *STAGES)) == len(MOVES)


def test_each_rule_stands_in_the_order_once() -> None:
    rules = [
        function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith(RULE_NAMES) and function.__module__ == module.__name__
    ]
    assert sorted(map(repr, RULES)) == sorted(map(repr, rules))


def test_each_undo_stands_in_the_order_of_the_rollback_once() -> None:
    undos = [
        function
        for module in STAGES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("undo_") and function.__module__ == module.__name__
    ]
    assert sorted(repr(undo) for _, undo in UNDO) == sorted(map(repr, undos))


def test_a_move_belongs_to_one_part_only() -> None:
    parts = {part.name: part for part, _ in UNDO} | {final_snapshot.TAGS.name: final_snapshot.TAGS}
    assert {part.name for part in PARTS.values()} == set(parts)
    assert len(PARTS) == len(list(chain(*(part.moves for part in parts.values()))))


def test_the_permit_judges_without_the_rules() -> None:
    tree = ast.parse(inspect.getsource(permit))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    rules = {module.__name__ for module in MODULES}
    assert not imported & rules
    assert not {name for name in imported if ".stages" in name or name.endswith(("next_move", "rollback"))}
