"""The library: its wheel brings one package, and an app of somebody else's adds workflows from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = REPOSITORY / "examples" / "existing_app"

FOREIGN = """
import runpy, sys
# this project is installed here for its own tests; a user has the wheel alone
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
runpy.run_path("app.py", run_name="__main__")
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & {"infra", "steward", "functions", "local", "cli", "redshift_steward"}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel's content."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(wheels), str(REPOSITORY)]
    subprocess.run(command, check=True)
    (wheel,) = wheels.glob("redshift_steward-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


@pytest.fixture(scope="module")
def synthesized(
    installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], dict[str, Any]]:
    """What the example app has loaded of ours, and its template."""
    output = tmp_path_factory.mktemp("cdk.out")
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "CDK_OUTDIR": str(output),
        # the zip is built by pip, which the tests of the bundle do
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
    }
    command = [sys.executable, "-P", "-c", FOREIGN]
    done = subprocess.run(command, cwd=EXAMPLE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    template = json.loads((output / "DataPlatform.template.json").read_text())
    return json.loads(done.stdout.replace("'", '"')), template


def test_the_wheel_puts_one_package_on_a_users_path(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == [
        "redshift_steward"
    ]


def test_the_wheel_brings_what_the_zip_for_lambda_is_made_of(installed: Path) -> None:
    functions = installed / "redshift_steward" / "functions"
    ours = REPOSITORY / "functions"
    assert (functions / "requirements.txt").read_bytes() == (ours / "requirements.txt").read_bytes()
    for source in (ours / "steward").rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            assert (functions / source.relative_to(ours)).read_bytes() == source.read_bytes()


def test_an_app_of_somebody_else_has_the_workflows_in_its_own_stack(
    synthesized: tuple[list[str], dict[str, Any]],
) -> None:
    loaded, template = synthesized
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert loaded == ["redshift_steward"]
    assert kinds.count("AWS::StepFunctions::StateMachine") == 2
    assert kinds.count("AWS::DynamoDB::Table") == 1, "workflows of one stack share the ledger"
    handlers = [r.get("Properties", {}).get("Handler", "") for r in template["Resources"].values()]
    assert "steward.handlers.rotate_keys.start.handler" in handlers
    assert "steward.handlers.watch.handler" in handlers
    names = [r["Properties"]["AlarmName"] for r in template["Resources"].values() if "Alarm" in r["Type"]]
    assert "DataPlatform-run-overdue-sync-roles" in names
    assert "DataPlatform-run-overdue-deprovision" not in names, "the app has no such workflow"


def test_the_library_has_the_version_of_the_application() -> None:
    projects = (tomllib.loads((REPOSITORY / at / "pyproject.toml").read_text()) for at in (".", "library"))
    assert len({project["project"]["version"] for project in projects}) == 1
