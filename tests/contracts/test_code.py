"""What the sources promise of themselves: purity, size, documentation, layers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STEWARD = ROOT / "functions" / "steward"
PACKAGES = (STEWARD, ROOT / "policy", ROOT / "infra", ROOT / "local", ROOT / "cli")
FILES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
PURE = sorted([*(STEWARD / "domain").rglob("*.py"), *(STEWARD / "steps").rglob("*.py")])
HANDLERS = sorted({*(STEWARD / "handlers").rglob("*.py")} - {STEWARD / "handlers" / "factory.py"})

IMPURE = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "sleep"),
    ("os", "environ"),
    ("os", "getenv"),
    ("uuid", "uuid4"),
}
"""What a decision must not depend on."""

WORLD = {"random", "os", "time", "uuid"}
"""Modules that are refused as a whole."""

FILLERS = set(
    re.findall(
        r"\w+", "a all an and as at by each for from has have in is it of on one or that the this to which"
    )
)
"""Words that say nothing by themselves."""

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_HANDLER = 400, 50, 15
"""Lines."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def impurities(module: ast.AST) -> Iterator[str]:
    """Everything in a module that asks the world instead of its arguments."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if (owner, node.attr) in IMPURE or owner == "random":
                yield f"line {node.lineno}: {owner}.{node.attr}"
        if isinstance(node, ast.Import):
            yield from (f"line {node.lineno}: {alias.name}" for alias in node.names if alias.name in WORLD)
        if isinstance(node, ast.ImportFrom) and node.module in WORLD:
            yield f"line {node.lineno}: {node.module}"


def functions(module: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(module) if isinstance(node, Function))


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def stems(text: str) -> set[str]:
    """The words of a sentence or an identifier, without their endings: "Reads clusters." is read, cluster."""
    words = (word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text))
    return {re.sub(r"(ing|ed|es|s|e)$", "", word) if len(word) > 4 else word for word in words}


def repetitions(body: list[ast.stmt], where: str) -> Iterator[str]:
    """Classes and functions whose docstring has no word that name and signature lack."""
    for node in body:
        if not isinstance(node, ast.ClassDef | Function):
            continue
        name = f"{where} {node.name}"
        signature = ast.unparse(node).partition('"""')[0]
        says = stems(ast.get_docstring(node) or "") - FILLERS
        if says and says <= stems(f"{where} {signature}"):
            yield name
        yield from repetitions(node.body, name)


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "time.time()",
        "os.environ['A']",
        "random.choice(a)",
        "from random import choice",
        "import os",
        "from time import time",
    ],
)
def test_every_way_to_ask_the_world_is_seen(source: str) -> None:
    assert list(impurities(ast.parse(source)))


@pytest.mark.parametrize("path", PURE, ids=name)
def test_domain_and_steps_ask_no_clock_no_chance_and_no_environment(path: Path) -> None:
    assert list(impurities(tree(path))) == []


@pytest.mark.parametrize("path", HANDLERS, ids=name)
def test_a_handler_is_a_few_lines_that_call_one_step(path: Path) -> None:
    for function in functions(tree(path)):
        assert lines(function) <= LONGEST_HANDLER, function.name


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    assert [name(p) for p in FILES if len(p.read_text().splitlines()) > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_page() -> None:
    found = [
        f"{name(path)}:{function.lineno} {function.name} has {lines(function)} lines"
        for path in FILES
        for function in functions(tree(path))
        if lines(function) > LONGEST_FUNCTION
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    assert [name(path) for path in FILES if not ast.get_docstring(tree(path))] == []


@pytest.mark.parametrize(
    "source",
    [
        "class Clusters:\n    'The clusters.'",
        "def last_rotation(cluster):\n    'The last rotation of a cluster.'",
    ],
)
def test_a_docstring_that_repeats_its_name_is_seen(source: str) -> None:
    assert list(repetitions(ast.parse(source).body, ""))


def test_no_docstring_repeats_its_name() -> None:
    # docs/permissions.md quotes what adapters say of themselves
    paths = [path for path in FILES if STEWARD / "adapters" not in path.parents]
    assert [each for path in paths for each in repetitions(tree(path).body, name(path))] == []
