"""The Lambda zip: the package `steward` and its pinned, pure Python dependencies, built without docker.

Everything in it runs on any machine: local AWS executes the very zip that Lambda gets.
"""

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk.aws_lambda import Code

FUNCTIONS = Path(__file__).parent.parent / "functions"
RUNTIME = (3, 13)
"""Python version of the Lambda runtime; byte code is added only when this interpreter has the same."""

PLATFORMS = ("any", "manylinux2014_aarch64")
"""Lambda's on arm64 beside pure Python, because MarkupSafe has no wheel without a C part."""

OPTIONAL = ("markupsafe/_speedups.*",)
"""C parts that their packages do without; leaving them out keeps the zip the same on every machine."""

COMPILED = {".so", ".dylib", ".dll", ".pyd", ".a"}


@jsii.implements(ILocalBundling)
class _PipBundling:
    """Builds the asset with this interpreter's pip.

    It raises when it fails: the alternative, answering False, would make CDK look for docker.
    """

    def try_bundle(self, output_dir: str, *_args: Any, **_kwargs: Any) -> bool:
        """Called by CDK with the folder to fill (aws/aws-cdk#26581: the documented signature is wrong)."""
        bundle(Path(output_dir))
        return True


def code() -> Code:
    """The asset; its hash is that of the sources, so an unchanged one is not built again."""
    return Code.from_asset(
        str(FUNCTIONS),
        asset_hash_type=AssetHashType.SOURCE,
        exclude=["**/__pycache__", "**/*.pyc"],
        bundling=BundlingOptions(image=DockerImage.from_registry("unused"), local=_PipBundling()),
    )


def bundle(target: Path) -> None:
    """Fill ``target`` with what goes into the zip."""
    _install_requirements(target)
    _keep_to_python(target)
    shutil.copytree(FUNCTIONS / "steward", target / "steward", ignore=shutil.ignore_patterns("__pycache__"))
    if sys.version_info[:2] == RUNTIME:
        _compile(target)


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
