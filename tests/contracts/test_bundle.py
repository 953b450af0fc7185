"""The zip that Lambda gets: pure Python, small, complete, and with nothing that is not for Lambda."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest

from infra.bundling import bundle
from tests.support.synthesis import resources

LARGEST = 4 * 1024 * 1024
"""Bytes, zipped: a cold start loads it whole."""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that becomes the zip; it takes pip some seconds."""
    target = tmp_path_factory.mktemp("bundle")
    bundle(target)
    return target


def files(bundled: Path) -> list[Path]:
    return sorted(path for path in bundled.rglob("*") if path.is_file())


def test_it_is_pure_python_so_that_it_runs_everywhere(bundled: Path) -> None:
    assert not [path for path in files(bundled) if path.suffix in {".so", ".dylib", ".dll", ".pyd", ".a"}]


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
        assert f"def {function}(" in source.read_text()


def test_it_has_nothing_that_lambda_brings_or_that_is_not_for_lambda(bundled: Path) -> None:
    there = {path.name.split("-")[0] for path in bundled.iterdir()}
    assert "bin" not in there, "programs name the interpreter of the machine that built the zip"
    assert not there & {"infra", "local", "cli", "tests", "bench", "docs", "app.py", "fleet.yaml"}
    assert not there & {"boto3", "botocore", "s3transfer", "moto", "aws_cdk", "pydantic"}


def test_it_has_the_whole_package_and_no_leftovers(bundled: Path) -> None:
    sources = Path(__file__).parents[2] / "functions" / "steward"
    expected = {path.relative_to(sources) for path in sources.rglob("*.py")}
    found = {path.relative_to(bundled / "steward") for path in (bundled / "steward").rglob("*.py")}
    assert found == expected


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


def _lend_boto3(target: Path) -> None:
    """What Lambda's runtime has beside the zip, and nothing else of this environment."""
    site = Path(boto3.__file__).parents[1]
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3"):
        (target / package).symlink_to(site / package)
    (target / "six.py").symlink_to(site / "six.py")
