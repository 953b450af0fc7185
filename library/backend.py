"""Builds the wheel: everything in it is under one package, ``redshift_steward``.

The sources import each other by absolute names (``policy``, ``steward.domain``), and top-level packages
called ``policy``, ``infra`` or ``cli`` are likely to clash with somebody's own. So each part becomes a
subpackage, and its ``from policy import …`` becomes ``from redshift_steward.policy import …``. What goes into
Lambda is in the wheel a second time, as it is: a folder of data, from which the zip is made.
"""

import re
import shutil
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import build_editable

__all__ = ["build_editable", "build_wheel"]

REPOSITORY = Path(__file__).parents[1]
PACKAGE = "redshift_steward"
PARTS = {name: REPOSITORY / name for name in ("cli", "infra", "policy", "schedule_expressions")}
PARTS["steward"] = REPOSITORY / "functions" / "steward"
IMPORT = re.compile(rf"^(\s*from )({'|'.join(PARTS)})(?=[. ])", re.MULTILINE)

# the demo and `steward local` run local AWS, which is for working in this repository
IGNORED = shutil.ignore_patterns("__pycache__", "demo", "local")


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """PEP 517: the wheel's file name, in ``wheel_directory``."""
    target = Path(wheel_directory).resolve()
    with TemporaryDirectory() as folder, chdir(folder):
        _stage(Path(folder))
        return str(build_meta.build_wheel(str(target), config_settings, metadata_directory))


def _stage(folder: Path) -> None:
    package = folder / PACKAGE
    shutil.copytree(REPOSITORY / "library" / PACKAGE, package, ignore=IGNORED)
    for name, source in PARTS.items():
        shutil.copytree(source, package / name, ignore=IGNORED)
    for path in package.rglob("*.py"):
        source_text = path.read_text(encoding="utf-8")
        path.write_text(IMPORT.sub(rf"\1{PACKAGE}.\2", source_text), encoding="utf-8")
    functions = package / "functions"
    shutil.copytree(PARTS["steward"], functions / "steward", ignore=IGNORED)
    shutil.copy(REPOSITORY / "functions" / "requirements.txt", functions)
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    shutil.copy(REPOSITORY / "library" / "README.md", folder)
