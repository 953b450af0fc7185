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
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, FileSystem, ILocalBundling, Token
from aws_cdk.aws_lambda import Code

try:
    import ensurepip
except ImportError:  # Debian's python3 without python3-venv
    ensurepip = None  # type: ignore[assignment]

from steward.adapters.deployed_policy import FILE

FUNCTIONS = Path(__file__).parent.parent / "functions"
RUNTIME = (3, 13)
"""Python version of the Lambda runtime; byte code is added only when this interpreter has the same."""

PLATFORMS = ("any", "manylinux2014_aarch64")
"""Lambda's on arm64 beside pure Python, because MarkupSafe has no wheel without a C part."""

OPTIONAL = ("markupsafe/_speedups.*",)
"""C parts that their packages do without; leaving them out keeps the zip the same on every machine."""

FILE_MODE, FOLDER_MODE = 0o644, 0o755

PYTHON_VERSION = ".".join(map(str, RUNTIME))
PIP_INSTALL = (
    *("install", "--disable-pip-version-check", "--no-compile"),
    *("--implementation", "cp", "--abi", "none", "--abi", "cp{}{}".format(*RUNTIME)),
    *(word for platform in PLATFORMS for word in ("--platform", platform)),
    *("--python-version", PYTHON_VERSION),
)
UV_PLATFORM = "aarch64-manylinux2014"
UV_INSTALL = (
    *("pip", "install", "--python", sys.executable, "--link-mode", "copy"),
    *("--python-version", PYTHON_VERSION, "--python-platform", UV_PLATFORM),
)

LEFT_BY_INSTALLERS = (".lock", *(f"*.dist-info/{name}" for name in ("INSTALLER", "RECORD", "REQUESTED")))

COMPILED = {".so", ".dylib", ".dll", ".pyd", ".a"}


EXCLUDED = ["**/__pycache__", "**/*.pyc"]


class BundlingError(Exception):
    """The zip cannot be built on this machine; the text says why, and what to do."""


@jsii.implements(ILocalBundling)
class _PipBundling:
    """Builds the asset on this machine.

    It ends the program when it fails: the alternative, answering False, would make CDK look for docker, and
    CDK shows an exception as a traceback of its own.
    """

    def __init__(self, settings: str) -> None:
        self._settings = settings

    def try_bundle(self, output_dir: str, *_args: Any, **_kwargs: Any) -> bool:
        """Called by CDK with the folder to fill (aws/aws-cdk#26581: the documented signature is wrong)."""
        try:
            bundle(Path(output_dir), self._settings)
        except BundlingError as error:
            sys.exit(str(error))
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
    """Fill ``target`` with what goes into the zip; ``settings`` are the policy's sections as JSON.

    Raises:
        BundlingError: The dependencies cannot be installed here.
    """
    shutil.copytree(_dependencies().name, target, dirs_exist_ok=True)
    shutil.copytree(FUNCTIONS / "steward", target / "steward", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "steward" / FILE).write_text(settings, encoding="utf-8")
    if sys.version_info[:2] == RUNTIME:
        _compile(target)
    _let_everybody_read(target)


def _let_everybody_read(target: Path) -> None:
    """One mode for all: Lambda runs as another user than built the zip, whose umask may be 077."""
    target.chmod(FOLDER_MODE)
    for path in target.rglob("*"):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


@cache
def _dependencies() -> TemporaryDirectory[str]:
    """The packages that every environment's zip has, installed once; the folder goes with the process."""
    folder = TemporaryDirectory(prefix="redshift-steward-")
    _install_requirements(Path(folder.name))
    _keep_to_python(Path(folder.name))
    return folder


def _install_requirements(target: Path) -> None:
    command = [*installer(), "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--target", str(target), "--requirement", str(FUNCTIONS / "requirements.txt")]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        subprocess.run(command, check=True, env=environment)  # noqa: S603  # all arguments are ours
    except subprocess.CalledProcessError as error:
        raise BundlingError(
            "the dependencies of the functions could not be installed, for the reason above: "
            f"exit status {error.returncode} of {' '.join(command[:4])} …"
        ) from None
    # command line programs, which name this machine's interpreter
    shutil.rmtree(target / "bin", ignore_errors=True)


def installer() -> list[str]:
    """What installs packages for Lambda: this interpreter's pip, uv, or the pip that Python brings.

    An environment that uv has made has no pip.

    Raises:
        BundlingError: There is none of them.
    """
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", *PIP_INSTALL]
    uv = shutil.which("uv")
    if uv:
        return [uv, *UV_INSTALL]
    wheels = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")) if ensurepip else []
    if wheels:
        return [sys.executable, f"{wheels[-1]}/pip", *PIP_INSTALL]
    raise BundlingError(
        f"the functions are packaged with pip or uv, and {sys.executable} has no pip and the PATH no uv: "
        "install one of them, for example with `python -m ensurepip`"
    )


def _keep_to_python(target: Path) -> None:
    """Remove the optional C parts, and what each installer leaves of its own, so that all give one zip.

    Raises:
        RuntimeError: A dependency has compiled code that it may need.
    """
    for pattern in (*OPTIONAL, *LEFT_BY_INSTALLERS):
        for path in target.glob(pattern):
            path.unlink()
    compiled = sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.suffix in COMPILED)
    if compiled:
        raise RuntimeError(f"the zip for Lambda is pure Python, but has {', '.join(compiled)}")


def _compile(target: Path) -> None:
    """Unchecked byte code: Lambda's files carry no times, so checked byte code would be thrown away."""
    for source in sorted(target.rglob("*.py")):
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        shown = str(source.relative_to(target))  # nothing of this machine's folders
        py_compile.compile(str(source), dfile=shown, invalidation_mode=unchecked)
