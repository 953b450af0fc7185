"""What is in the repository is finished and belongs to no machine in particular."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" * 3)
"""Written so that this file holds none of them."""

SOMEBODYS = re.compile(r"(?<![\w.$}/])/(?:home|Users|work|root|mnt|workspaces)/[\w.-]+")
"""A path that exists on one machine only."""


def texts() -> list[tuple[str, str]]:
    """Name and content of every text file that is in the repository; a picture is none."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607  # git is wherever it is
    names = [name.decode() for name in listed.stdout.split(b"\0") if name]
    present = [(name, (ROOT / name).read_bytes()) for name in names if (ROOT / name).is_file()]
    return [(name, data.decode(errors="ignore")) for name, data in present if b"\0" not in data]


@pytest.mark.parametrize("path", ["/home/ann/x.py", 'open("/Users/ann/x")', "see /work/a"])
def test_a_path_of_one_machine_is_seen(path: str) -> None:
    assert SOMEBODYS.search(path)


@pytest.mark.parametrize("path", ["https://example.com/home/ann", "a/home/b", "/tmp/a", "docs/work/x"])  # noqa: S108  # not used
def test_other_paths_are_not(path: str) -> None:
    assert not SOMEBODYS.search(path)


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{name}: {word}" for name, text in texts() for word in UNFINISHED if re.search(rf"\b{word}\b", text)
    ]
    assert found == []


def test_nothing_points_into_one_machine() -> None:
    found = [(name, match.group()) for name, text in texts() if (match := SOMEBODYS.search(text))]
    assert [entry for entry in found if entry[0] != "tests/contracts/test_tree.py"] == []


def test_nothing_that_is_made_is_in_the_repository() -> None:
    made = re.compile(r"(^|/)(__pycache__|node_modules|cdk\.out|\.venv|\.build)/|\.pyc$|\.egg-info/")
    assert [name for name, _ in texts() if made.search(name)] == []
