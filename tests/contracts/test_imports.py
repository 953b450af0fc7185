"""The import graph of the product and of local AWS has no circle, type-checking imports included."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
PACKAGES = {"steward": ROOT / "functions", "policy": ROOT, "infra": ROOT, "local": ROOT, "cli": ROOT}
"""The top-level packages, and the folder that each is in."""

MOST_AT_THE_TOP_OF_LOCAL_REDSHIFT = 10

Graph = dict[str, set[str]]


def sources() -> dict[str, ast.Module]:
    """Every module by its dotted name."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for package, root in PACKAGES.items()
        for path in (root / package).rglob("*.py")
    }


def imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module imports, wherever in it: pairs of a module and a name in it, empty for a plain import."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.module, "relative imports are not understood here"
            assert node.level == 0, "relative imports are not understood here"
            yield from ((node.module, alias.name) for alias in node.names)


def graph_of(modules: Mapping[str, ast.Module]) -> Graph:
    """The modules among these that each imports; ``from a import b`` is of ``a.b`` if that is a module."""
    graph: Graph = {}
    for name, module in modules.items():
        found = {whole if (whole := f"{of}.{part}") in modules else of for of, part in imported(module)}
        graph[name] = (found & set(modules)) - {name}
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """Every set of modules that import each other in a circle: what is left once all others are taken away.

    A module that imports none of those left, or that none of them imports, is in no circle.
    """
    left = {name: set(to) for name, to in graph.items()}
    while True:
        needed = {each for to in left.values() for each in to}
        ends = {name for name, to in left.items() if not to or name not in needed}
        if not ends:
            return list(_together(left))
        left = {name: to - ends for name, to in left.items() if name not in ends}


def _together(left: Graph) -> Iterator[list[str]]:
    """What is left, by modules that reach each other."""
    reached = {name: _reached(name, left) for name in left}
    seen: set[str] = set()
    for name in sorted(left):
        circle = {each for each in reached[name] if name in reached[each]}
        if len(circle) > 1 and name not in seen:
            seen |= circle
            yield sorted(circle)


def _reached(start: str, graph: Graph) -> set[str]:
    found, ahead = {start}, [start]
    while ahead:
        following = graph[ahead.pop()] - found
        found |= following
        ahead += following
    return found


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ({"a": "import b", "b": "import a"}, [["a", "b"]]),
        ({"a": "import b", "b": "def f():\n    from a import x"}, [["a", "b"]]),
        ({"a": "from p import b", "p": "", "p.b": "if TYPE_CHECKING:\n    from a import x"}, [["a", "p.b"]]),
        ({"a": "import b", "b": "import c", "c": "import b", "d": "import a"}, [["b", "c"]]),
        ({"a": "import b\nimport c", "b": "import c", "c": "import json"}, []),
    ],
)
def test_every_kind_of_circle_is_seen(imports: dict[str, str], expected: list[list[str]]) -> None:
    assert circles(graph_of({name: ast.parse(text) for name, text in imports.items()})) == expected


def test_no_modules_import_each_other() -> None:
    graph = graph_of(sources())
    assert {name.partition(".")[0] for name in graph} == set(PACKAGES)
    found = circles(graph)
    assert not found, "\n".join(f"{len(circle)} in a circle: {', '.join(circle)}" for circle in found)


def test_local_redshift_can_be_taken_in_at_a_glance() -> None:
    entries = [path.name for path in (ROOT / "local" / "redshift").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_AT_THE_TOP_OF_LOCAL_REDSHIFT, sorted(entries)
