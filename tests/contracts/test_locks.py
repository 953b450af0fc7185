"""Every package is pinned with its hashes, and no lock file depends on where it was written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = [
    ("requirements.in", "requirements.txt"),
    ("requirements-dev.in", "requirements-dev.txt"),
    ("functions/requirements.in", "functions/requirements.txt"),
    ("tests/clients/c7n-requirements.in", "tests/clients/c7n-requirements.txt"),
]
NODE = ["package-lock.json", "tests/browser/package-lock.json", "tests/contracts/jsonata/package-lock.json"]
LOCKS = [lock for _, lock in PYTHON] + NODE
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def canonical(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def pins(text: str) -> dict[str, str]:
    return {canonical(name): version for name, version in PINNED.findall(text)}


@pytest.mark.parametrize(("wanted", "lock"), PYTHON)
def test_what_is_wanted_is_locked_in_that_version(wanted: str, lock: str) -> None:
    asked = pins((ROOT / wanted).read_text())
    locked = pins((ROOT / lock).read_text())
    assert asked
    assert {name: locked.get(name) for name in asked} == asked


@pytest.mark.parametrize("wanted", [wanted for wanted, _ in PYTHON])
def test_what_is_wanted_is_wanted_in_one_exact_version(wanted: str) -> None:
    for line in (ROOT / wanted).read_text().splitlines():
        assert not line or line.startswith(("#", "-r ")) or PINNED.match(line), line


@pytest.mark.parametrize("lock", [lock for _, lock in PYTHON])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    assert entries
    for entry in entries:
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in _without_advertisements(lock, text)
    assert "index-url" not in text
    assert "find-links" not in text


def _without_advertisements(lock: str, text: str) -> str:
    """The text without what npm copies: a package's address for donations, from which nothing is fetched."""
    if lock not in NODE:
        return text
    packages = json.loads(text)["packages"]
    for package in packages.values():
        package.pop("funding", None)
    return json.dumps(packages)


@pytest.mark.parametrize("lock", NODE)
def test_every_locked_node_package_has_its_hash(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    for name, package in installed.items():
        assert package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("lock", NODE)
def test_every_node_package_is_wanted_in_one_exact_version(lock: str) -> None:
    wanted = json.loads((ROOT / lock.replace("-lock", "")).read_text())
    for versions in (wanted.get("dependencies", {}), wanted.get("devDependencies", {})):
        for name, version in versions.items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_the_zip_has_the_very_versions_that_are_tested() -> None:
    tested = pins((ROOT / "requirements.txt").read_text()) | pins((ROOT / "requirements-dev.txt").read_text())
    for name, version in pins((ROOT / "functions/requirements.txt").read_text()).items():
        assert tested.get(name, version) == version
