"""Break one line after the other in a copy of the repository, and see whether its tests notice.

    python -m tests.sabotage.run [part of a sabotage's text...]

Prints a table of promise, sabotage and the test that failed; exit code 1 if a sabotage survives, 2 if a test
fails without any.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.sabotage.catalog import SABOTAGES
from tests.support.console import say
from tests.support.promises import PROMISES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.sabotage.catalog.sabotage import Sabotage

ROOT = Path(__file__).resolve().parents[2]
LINKED = (".venv", "node_modules")
LEFT_OUT = (".git", ".build", "cdk.out", "__pycache__", ".*_cache", ".hypothesis", *LINKED)
WORKERS = 2
SECONDS = 900
"""A sabotage that makes its test hang is killed, too; this is how long the test may take."""
SOME_FAILED = 1
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def copy_repository(into: Path) -> Path:
    """A copy whose installed packages are those of the original."""
    shutil.copytree(ROOT, into, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in LINKED:
        if (ROOT / name).exists():
            (into / name).symlink_to((ROOT / name).resolve())
    return into


def run_tests(root: Path, tests: Iterable[str]) -> tuple[int, str]:
    """Pytest's exit code and output; a run that takes too long is one that fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    paths = {"PYTHONPATH": f"{root / 'functions'}{os.pathsep}{root}", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(  # this very suite
            command,
            cwd=root,
            env=os.environ | paths,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return SOME_FAILED, "FAILED (took too long)"
    return ran.returncode, ran.stdout + ran.stderr


def killed_by(sabotage: Sabotage, root: Path) -> str:
    """The test that fails because of the sabotage; empty if it survives.

    Raises:
        RuntimeError: The line to break is not there, or the tests could not be run.
    """
    path = root / sabotage.file
    text = path.read_text(encoding="utf-8")
    if text.count(sabotage.old) != 1:
        raise RuntimeError(f"{sabotage.what}: its line has changed in {sabotage.file}; adapt the sabotage")
    path.write_text(text.replace(sabotage.old, sabotage.new), encoding="utf-8")
    try:
        code, output = run_tests(root, sabotage.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    if code not in {0, SOME_FAILED}:
        raise RuntimeError(f"{sabotage.what}: pytest ended with {code}\n{output[-2000:]}")
    return (FAILED.findall(output) or ["a test"])[0] if code else ""


def failing_anyway(chosen: list[Sabotage]) -> str:
    """What pytest says of tests that fail without any sabotage; folder by folder, as `make test` does."""
    tests = dict.fromkeys(test for each in chosen for test in each.tests)
    for _, together in groupby(sorted(tests), key=lambda test: test.split("/")[1]):
        code, output = run_tests(ROOT, together)
        if code:
            return output[-3000:]
    return ""


def main(words: list[str]) -> int:
    """Run the sabotages whose text has all of ``words``, and print the table."""
    chosen = [each for each in SABOTAGES if all(word in f"{each.promise} {each.what}" for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            copies.put(copy_repository(Path(folder) / str(number)))
        if failing := failing_anyway(chosen):
            say(f"without any sabotage these tests fail:\n{failing}")
            return 2

        def one(sabotage: Sabotage) -> str:
            root = copies.get()
            try:
                return killed_by(sabotage, root)
            finally:
                copies.put(root)

        with ThreadPoolExecutor(WORKERS) as pool:
            verdicts = zip(chosen, pool.map(one, chosen), strict=True)
            return report(list(verdicts))


def report(verdicts: list[tuple[Sabotage, str]]) -> int:
    """Print the table, promise by promise."""
    for number, promise in PROMISES.items():
        of_promise = [(each, test) for each, test in verdicts if each.promise == number]
        if of_promise:
            say(f"\n{number}. {promise}")
        for sabotage, test in of_promise:
            say(f"   {'killed  ' if test else 'SURVIVED'} {sabotage.what}\n            {test.split('/')[-1]}")
    alive = sum(not test for _, test in verdicts)
    say(f"\n{len(verdicts)} sabotages, {len(verdicts) - alive} killed, {alive} survived")
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
