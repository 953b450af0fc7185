"""The wheel: one package, whole, with the `steward` command and constructs for somebody else's CDK app."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = REPOSITORY / "examples" / "existing_app"
OURS = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"bench", "docs"} | {"steward"}
"""The project's packages, by their names in this repository."""

FOREIGN = """
import atexit, runpy, sys
# this project is installed here for its own tests; a user has the wheel alone
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
loaded = lambda: sys.stderr.write("loaded " + " ".join({name.partition(".")[0] for name in sys.modules}))
atexit.register(loaded)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the wheel, without what it depends on."""
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--no-compile", "--disable-pip-version-check", "--target", str(site), str(REPOSITORY)]
    subprocess.run(command, check=True, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"})
    return site


def as_a_user(installed: Path, cwd: Path, *command: str, **variables: str) -> tuple[str, set[str]]:
    """The output of a program that finds the wheel alone, and what it has loaded of this project."""
    program = [sys.executable, "-P", "-c", FOREIGN, *command]
    environment = {**os.environ, "PYTHONPATH": str(installed), **variables}
    done = subprocess.run(program, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    said, _, loaded = done.stderr.rpartition("loaded ")
    assert done.returncode == 0, said
    return done.stdout, set(loaded.split()) & (OURS | {"redshift_steward", "functions", "aws_cdk"})


@pytest.fixture(scope="module")
def synthesized(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], dict[str, Any]]:
    """What the example app has loaded of ours, and its template."""
    output = tmp_path_factory.mktemp("cdk.out")
    # the zip is built by pip, which the tests of the bundle do
    context = json.dumps({"aws:cdk:bundling-stacks": []})
    _, loaded = as_a_user(installed, EXAMPLE, "app.py", CDK_OUTDIR=str(output), CDK_CONTEXT_JSON=context)
    return loaded, json.loads((output / "DataPlatform.template.json").read_text())


def test_the_wheel_puts_one_package_and_one_command_on_a_users_path(installed: Path) -> None:
    found = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert found == {"redshift_steward", "bin"}
    assert [path.name for path in (installed / "bin").iterdir()] == ["steward"]


def test_the_wheel_has_every_module_but_those_of_local_aws(installed: Path) -> None:
    def modules(root: Path) -> set[str]:
        return {str(path.relative_to(root)) for path in root.rglob("*.py")}

    for name in OURS - {"local"}:
        source = REPOSITORY / ("functions/steward" if name == "steward" else name)
        expected = {each for each in modules(source) if not each.startswith(("demo/", "local/"))}
        assert modules(installed / "redshift_steward" / name) == expected, name


def test_no_module_of_the_wheel_imports_a_package_by_its_name_in_this_repository(installed: Path) -> None:
    package = installed / "redshift_steward"
    for path in package.rglob("*.py"):
        if package / "functions" not in path.parents:
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            named = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
            named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
            assert not {name.partition(".")[0] for name in named} & OURS, path


def test_the_wheel_brings_what_the_zip_for_lambda_is_made_of(installed: Path) -> None:
    functions = installed / "redshift_steward" / "functions"
    ours = REPOSITORY / "functions"
    assert (functions / "requirements.txt").read_bytes() == (ours / "requirements.txt").read_bytes()
    for source in (ours / "steward").rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            assert (functions / source.relative_to(ours)).read_bytes() == source.read_bytes()


def test_the_command_of_the_wheel_has_all_that_needs_no_local_aws(installed: Path, tmp_path: Path) -> None:
    output, loaded = as_a_user(installed, tmp_path, str(installed / "bin" / "steward"), "--help")
    for command in ("status", "run", "approve", "policy", "doctor"):
        assert f"│ {command} " in output, command
    assert "│ demo " not in output
    assert loaded == {"redshift_steward"}


def test_the_command_of_the_wheel_checks_a_policy_without_cdk(installed: Path, tmp_path: Path) -> None:
    command = (
        str(installed / "bin" / "steward"),
        "policy",
        "check",
        str(EXAMPLE / "fleet.yaml"),
        "--offline",
    )
    output, loaded = as_a_user(installed, tmp_path, *command)
    assert "is valid; environments: production" in output
    assert loaded == {"redshift_steward"}


def test_an_app_of_somebody_else_has_the_workflows_in_its_own_stack(
    synthesized: tuple[set[str], dict[str, Any]],
) -> None:
    loaded, template = synthesized
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert loaded == {"redshift_steward", "aws_cdk"}
    assert kinds.count("AWS::StepFunctions::StateMachine") == 2
    assert kinds.count("AWS::DynamoDB::Table") == 1, "workflows of one stack share the ledger"
    handlers = [r.get("Properties", {}).get("Handler", "") for r in template["Resources"].values()]
    assert "steward.handlers.rotate_keys.start.handler" in handlers
    assert "steward.handlers.watch.handler" in handlers
    names = [r["Properties"]["AlarmName"] for r in template["Resources"].values() if "Alarm" in r["Type"]]
    assert "DataPlatform-run-overdue-sync-roles" in names
    assert "DataPlatform-run-overdue-deprovision" not in names, "the app has no such workflow"


def test_an_editable_installation_has_every_package() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    include = project["tool"]["setuptools"]["packages"]["find"]["include"]
    included = {pattern.removesuffix("*") for pattern in include}
    assert included == OURS | {"redshift_steward"}
    assert set(project["tool"]["importlinter"]["root_packages"]) == OURS
