"""Builds the wheel: all under one package, so that a user's path gets no package called infra or steward.

The sources import each other by absolute names (``policy``, ``steward.domain``). In the wheel they are
parts of ``redshift_steward``, so their imports are rewritten. What goes into Lambda stays as it is: a folder
of data from which the zip is made.
"""

from __future__ import annotations

import ast
import shutil
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "build_editable",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
STAGED = HERE / ".staged"
PACKAGE = "redshift_steward"
PARTS = {
    "infra": REPOSITORY / "infra",
    "policy": REPOSITORY / "policy",
    "schedule_expressions": REPOSITORY / "schedule_expressions",
    "steward": REPOSITORY / "functions" / "steward",
}
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """PEP 517: the wheel's file name, in ``wheel_directory``."""
    with _staged():
        return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def get_requires_for_build_wheel(_config_settings: Any = None) -> list[str]:
    """PEP 517: nothing beyond pyproject.toml's."""
    return []


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Any = None) -> str:
    """PEP 517: the metadata folder's name."""
    with _staged():
        return str(build_meta.prepare_metadata_for_build_wheel(metadata_directory, config_settings))


@contextmanager
def _staged() -> Iterator[None]:
    """The package, put together while it is needed, in the folder where setuptools looks for it."""
    _clean()
    _stage()
    try:
        with chdir(HERE):
            yield
    finally:
        _clean()


def _clean() -> None:
    for made in (STAGED, HERE / "build"):
        shutil.rmtree(made, ignore_errors=True)


def _stage() -> None:
    target = STAGED / PACKAGE
    shutil.copytree(HERE / PACKAGE, target, ignore=IGNORED)
    for name, source in PARTS.items():
        shutil.copytree(source, target / name, ignore=IGNORED)
        for path in (target / name).rglob("*.py"):
            path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
    functions = target / "functions"
    shutil.copytree(PARTS["steward"], functions / "steward", ignore=IGNORED)
    shutil.copy(REPOSITORY / "functions" / "requirements.txt", functions)


def rewritten(source: str) -> str:
    """The source with its imports of the parts turned to the package."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and _is_part(node.module):
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line.replace(f"from {node.module}", f"from {PACKAGE}.{node.module}", 1)
        if isinstance(node, ast.Import) and any(_is_part(each.name) for each in node.names):
            raise ValueError(f"line {node.lineno}: write it as `from … import …`, which can be rewritten")
    return "".join(lines)


def _is_part(module: str) -> bool:
    return module.partition(".")[0] in PARTS
