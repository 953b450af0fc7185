"""The Lambda zip: the package `steward`, the policy, and pinned, pure Python dependencies, without docker.

Everything in it runs on any machine: local AWS executes the very zip that Lambda gets.
"""

import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, FileSystem, ILocalBundling, Token
from aws_cdk.aws_lambda import Code

from steward.adapters.deployed_policy import FILE

FUNCTIONS = Path(__file__).parent.parent / "functions"
RUNTIME = (3, 13)
"""Python version of the Lambda runtime; byte code is added only when this interpreter has the same."""

PLATFORMS = ("any", "manylinux2014_aarch64")
"""Lambda's on arm64 beside pure Python, because MarkupSafe has no wheel without a C part."""

OPTIONAL = ("markupsafe/_speedups.*",)
"""C parts that their packages do without; leaving them out keeps the zip the same on every machine."""

COMPILED = {".so", ".dylib", ".dll", ".pyd", ".a"}


EXCLUDED = ["**/__pycache__", "**/*.pyc"]


@jsii.implements(ILocalBundling)
class _PipBundling:
    """Builds the asset with this interpreter's pip.

    It raises when it fails: the alternative, answering False, would make CDK look for docker.
    """

    def __init__(self, settings: str) -> None:
        self._settings = settings

    def try_bundle(self, output_dir: str, *_args: Any, **_kwargs: Any) -> bool:
        """Called by CDK with the folder to fill (aws/aws-cdk#26581: the documented signature is wrong)."""
        bundle(Path(output_dir), self._settings)
        return True


def code(settings: Mapping[str, Any]) -> Code:
    """The asset with the sources and an environment's ``settings``, by whose hash it is built anew.

    Raises:
        ValueError: The settings are known only when the stack is deployed.
    """
    text = json.dumps(settings, indent=1)
    if Token.is_unresolved(text):
        raise ValueError(
            "the policy names roles by account and Region, and the functions carry it in their package: give "
            "the stack both, env=Environment(account=…, region=…)"
        )
    return Code.from_asset(
        str(FUNCTIONS),
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=FileSystem.fingerprint(str(FUNCTIONS), exclude=EXCLUDED, extra_hash=text),
        exclude=EXCLUDED,
        bundling=BundlingOptions(image=DockerImage.from_registry("unused"), local=_PipBundling(text)),
    )


def bundle(target: Path, settings: str) -> None:
    """Fill ``target`` with what goes into the zip; ``settings`` are the policy's sections as JSON."""
    shutil.copytree(_dependencies().name, target, dirs_exist_ok=True)
    shutil.copytree(FUNCTIONS / "steward", target / "steward", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "steward" / FILE).write_text(settings, encoding="utf-8")
    if sys.version_info[:2] == RUNTIME:
        _compile(target)


@cache
def _dependencies() -> TemporaryDirectory[str]:
    """The packages that every environment's zip has, installed once; the folder goes with the process."""
    folder = TemporaryDirectory(prefix="redshift-steward-")
    _install_requirements(Path(folder.name))
    _keep_to_python(Path(folder.name))
    return folder


def _install_requirements(target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-compile", "--require-hashes", "--only-binary", ":all:"]
    command += ["--implementation", "cp", "--abi", "none", "--abi", "cp{}{}".format(*RUNTIME)]
    command += [word for platform in PLATFORMS for word in ("--platform", platform)]
    command += ["--python-version", ".".join(map(str, RUNTIME))]
    command += ["--target", str(target), "--requirement", str(FUNCTIONS / "requirements.txt")]
    subprocess.run(command, check=True, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"})  # noqa: S603  # all arguments are ours
    # command line programs, which name this machine's interpreter
    shutil.rmtree(target / "bin", ignore_errors=True)


def _keep_to_python(target: Path) -> None:
    """Remove the optional C parts.

    Raises:
        RuntimeError: A dependency has compiled code that it may need.
    """
    for pattern in OPTIONAL:
        for path in target.glob(pattern):
            path.unlink()
    compiled = sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.suffix in COMPILED)
    if compiled:
        raise RuntimeError(f"the zip for Lambda is pure Python, but has {', '.join(compiled)}")


def _compile(target: Path) -> None:
    """Unchecked byte code: Lambda's files carry no times, so checked byte code would be thrown away."""
    for source in sorted(target.rglob("*.py")):
        py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
