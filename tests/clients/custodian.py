"""Cloud Custodian in a virtual environment of its own, since its pins clash with ours."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.clients.conftest import Said, Site

REQUIREMENTS = Path(__file__).with_name("c7n-requirements.txt")
BUILD = Path(__file__).parents[2] / ".build"
PROGRAM = BUILD / "c7n" / "bin" / "custodian"
LOCK, MARK = BUILD / "c7n.lock", BUILD / "c7n" / "installed"


def installed() -> Path:
    """The program ``custodian``, installed unless it is there as the requirements want it."""
    BUILD.mkdir(exist_ok=True)
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes want it at the same moment
        if not MARK.exists() or MARK.read_text(encoding="utf-8") != wanted:
            _install()
            MARK.write_text(wanted, encoding="utf-8")
    return PROGRAM


def _install() -> None:
    shutil.rmtree(PROGRAM.parents[1], ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", PROGRAM.parents[1]], check=True)
    pip: list[str | Path] = [PROGRAM.with_name("python"), "-m", "pip", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--require-hashes", "--requirement", REQUIREMENTS], check=True)


@dataclass
class Custodian:
    """``custodian run`` against one local AWS.

    Attributes:
        folder: Where policies and reports are; a folder a run.
    """

    program: Path
    site: Site
    folder: Path

    def run(self, *policies: dict[str, Any]) -> Run:
        """Run policies about Redshift clusters, one after the other; each has at least a name."""
        folder = self.folder / policies[0]["name"]
        folder.mkdir()
        documents = [{"resource": "redshift"} | policy for policy in policies]
        (folder / "policies.json").write_text(json.dumps({"policies": documents}), encoding="utf-8")
        options = ("--region", "eu-central-1", "--cache-period", "0", "--output-dir", ".")
        return Run(folder, self.site.run(self.program, "run", *options, "policies.json", folder=folder))


@dataclass
class Run:
    """What a run said and reported."""

    folder: Path
    said: Said

    @property
    def log(self) -> str:
        """Its log, which goes to stderr."""
        return self.said.errors

    def found(self, policy: str) -> list[str]:
        """The identifiers that a policy's report (resources.json) lists."""
        assert self.said.status == 0, self.log
        report = json.loads((self.folder / policy / "resources.json").read_text(encoding="utf-8"))
        names = ("SnapshotIdentifier", "ClusterIdentifier")
        return [next(str(record[name]) for name in names if name in record) for record in report]
