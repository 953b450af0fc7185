"""npm packages that tests set up for themselves: `package-lock.json` says which, Node comes from PyPI."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from infra.node import NODE, NPM

if TYPE_CHECKING:
    from collections.abc import Callable

BUILD = Path(__file__).parents[2] / ".build"


def install_packages(
    source: Path, name: str, prepare: Callable[[], None] | None = None, prepared_with: str = ""
) -> None:
    """Install what ``source``'s package-lock.json says into a folder of `BUILD`, unless it is there.

    Args:
        source: The folder with package.json and package-lock.json.
        name: The folder's name.
        prepare: What is done with the packages once they are installed.
        prepared_with: What `prepare` depends on: when it changes, everything is installed anew.
    """
    BUILD.mkdir(exist_ok=True)
    home, lock_file = BUILD / name, (source / "package-lock.json").read_bytes()
    mark, wanted = home / "installed", hashlib.sha256(lock_file + prepared_with.encode()).hexdigest()
    with (BUILD / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes want it at the same moment
        if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
            _install(source, home)
            if prepare is not None:
                prepare()
            mark.write_text(wanted, encoding="utf-8")


def _install(source: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, home)
    command = [NODE, NPM, "ci", "--loglevel=error", "--no-progress", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=home, check=True)
