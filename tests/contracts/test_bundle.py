"""The zip that Lambda gets: pure Python, small, complete, and with nothing that is not for Lambda."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from infra import bundling
from infra.bundling import COMPILED, _keep_to_python, bundle
from infra.node import node_environment
from steward.adapters.deployed_policy import FILE
from tests.support.synthesis import resources, sections

LARGEST = 4 * 1024 * 1024
"""Bytes, zipped: a cold start loads it whole."""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that becomes the zip; it takes pip some seconds."""
    target = tmp_path_factory.mktemp("bundle")
    bundle(target, json.dumps(sections()))
    return target


def files(bundled: Path) -> list[Path]:
    return sorted(path for path in bundled.rglob("*") if path.is_file())


def test_it_is_pure_python_so_that_it_runs_everywhere(bundled: Path) -> None:
    assert not [path for path in files(bundled) if path.suffix in COMPILED]


def test_a_dependency_with_compiled_code_that_it_may_need_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "lxml").mkdir()
    (tmp_path / "lxml" / "etree.cpython-313-aarch64-linux-gnu.so").touch()
    with pytest.raises(RuntimeError, match=r"pure Python, but has lxml/etree\.cpython"):
        _keep_to_python(tmp_path)


def test_a_c_part_that_its_package_does_without_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "markupsafe").mkdir()
    for name in ("_speedups.cpython-313-aarch64-linux-gnu.so", "_speedups.c", "_native.py"):
        (tmp_path / "markupsafe" / name).touch()
    _keep_to_python(tmp_path)
    assert [path.name for path in (tmp_path / "markupsafe").iterdir()] == ["_native.py"]


def test_whatever_the_umask_lambda_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda runs as another user than built the zip."""
    before = os.umask(0o077)
    try:
        dependencies = tmp_path / "dependencies"
        (dependencies / "package").mkdir(parents=True)
        (dependencies / "package" / "module.py").touch(mode=0o700)
        monkeypatch.setattr(bundling, "_dependencies", lambda: SimpleNamespace(name=dependencies))
        bundle(tmp_path / "target", "{}")
    finally:
        os.umask(before)

    found = [tmp_path / "target", *(tmp_path / "target").rglob("*")]
    assert {path.stat().st_mode & 0o7777 for path in found if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o7777 for path in found if path.is_file()} == {0o644}


def test_uv_makes_the_same_zip_as_pip(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that uv has made has no pip."""
    monkeypatch.setattr(bundling, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert Path(bundling.installer()[0]).name == "uv"
    bundling._install_requirements(tmp_path)
    _keep_to_python(tmp_path)

    installed = {path.relative_to(tmp_path): path.read_bytes() for path in files(tmp_path)}
    expected = {path.relative_to(bundled): path.read_bytes() for path in files(bundled)}
    ours = {name for name in expected if name.parts[0] == "steward" or name.suffix == ".pyc"}
    assert installed == {name: content for name, content in expected.items() if name not in ours}


def test_without_pip_and_uv_the_pip_that_python_brings_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    interpreter, pip, *_ = bundling.installer()

    assert interpreter == sys.executable
    version = subprocess.run([interpreter, pip, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("pip ")


def test_without_any_installer_the_synth_ends_with_one_sentence(tmp_path: Path) -> None:
    program = (
        "import runpy\n"
        "from infra import bundling\n"
        "bundling.find_spec, bundling.ensurepip = lambda _: None, None\n"
        "runpy.run_path('app.py', run_name='__main__')"
    )
    nothing = {**node_environment(), "CDK_OUTDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    path = nothing["PATH"].split(os.pathsep)[0]  # node alone
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**nothing, "PATH": path},
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "the functions are packaged with pip or uv" in done.stderr


def test_it_is_small(bundled: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in files(bundled):
            opened.write(path, path.relative_to(bundled))
    assert len(archive.getvalue()) < LARGEST


def test_it_has_every_handler_that_the_template_names(bundled: Path) -> None:
    named = {f["Properties"]["Handler"] for f in resources("AWS::Lambda::Function").values()}
    assert named
    for handler in named:
        module, _, function = handler.rpartition(".")
        source = bundled / (module.replace(".", "/") + ".py")
        assert re.search(rf"^(def {function}\(|{function} = )", source.read_text(), re.MULTILINE)


def test_it_has_nothing_that_lambda_brings_or_that_is_not_for_lambda(bundled: Path) -> None:
    there = {path.name.split("-")[0] for path in bundled.iterdir()}
    assert "bin" not in there, "programs name the interpreter of the machine that built the zip"
    assert not there & {"infra", "local", "cli", "tests", "bench", "docs", "app.py", "fleet.yaml"}
    assert not there & {"boto3", "botocore", "s3transfer", "moto", "aws_cdk", "pydantic"}


def test_it_has_the_whole_package_and_no_leftovers(bundled: Path) -> None:
    sources = Path(__file__).parents[2] / "functions" / "steward"
    expected = {path.relative_to(sources) for path in _written(sources)}
    found = {path.relative_to(bundled / "steward") for path in _written(bundled / "steward")}
    assert found == expected | {Path(FILE)}
    assert json.loads((bundled / "steward" / FILE).read_text()) == sections()
    assert {path.suffix for path in expected} == {".py", ".j2", ".css", ".js", ".svg"}


def _written(package: Path) -> list[Path]:
    """The files of a package that somebody wrote: modules, and the pages' templates, styles and script."""
    return [path for path in package.rglob("*.*") if path.is_file() and path.suffix != ".pyc"]


def test_its_handlers_load_with_nothing_beside_it_but_boto3(bundled: Path, tmp_path: Path) -> None:
    _lend_boto3(tmp_path)
    named = sorted({f["Properties"]["Handler"] for f in resources("AWS::Lambda::Function").values()})
    modules = [handler.rpartition(".")[0] for handler in named]
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from importlib import import_module\n"
        "for name in sys.argv[3:]: assert callable(import_module(name).handler), name\n"
        "print(import_module('steward').__file__)"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(bundled), str(tmp_path), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(bundled))


def test_its_pages_are_drawn_and_escaped_without_the_c_part(bundled: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import markupsafe\n"
        "from steward.pages.run_page import run_page\n"
        "page = run_page({'headline': '<script>alert(1)</script>', 'clusters': []})\n"
        "assert '&lt;script&gt;alert(1)' in page and '<script>alert(1)' not in page\n"
        "print(markupsafe._escape_inner.__module__)"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(bundled)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "markupsafe._native"


def _lend_boto3(target: Path) -> None:
    """What Lambda's runtime has beside the zip, and nothing else of this environment."""
    site = Path(boto3.__file__).parents[1]
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3"):
        (target / package).symlink_to(site / package)
    (target / "six.py").symlink_to(site / "six.py")
