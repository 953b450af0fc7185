"""The folders that a Lambda worker sees: the function's unpacked zip and what the Python runtime brings."""

import importlib.util
import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path

BROUGHT_BY_LAMBDA = (
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "runtime_client",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot_restore_py",
    "urllib3",
)
"""Packages in the Python runtime of Lambda (AWS Lambda developer guide, runtime-included SDK)."""


class Folders:
    """A temporary folder with the runtime's packages and each unpacked code archive; `close` removes it."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="local-aws-lambda-"))
        self._lock = threading.Lock()
        self.runtime = self.root / "runtime"
        self.runtime.mkdir()
        for name in BROUGHT_BY_LAMBDA:
            source = _location(name)
            (self.runtime / source.name).symlink_to(source)

    def unpack(self, code_hash: str, archive: bytes) -> Path:
        """The folder that holds ``archive``, unpacked once for each ``code_hash``."""
        folder = self.root / "code" / code_hash.replace("/", "_")
        with self._lock:
            if not folder.exists():
                with zipfile.ZipFile(io.BytesIO(archive)) as archived:
                    archived.extractall(folder)
        return folder

    def archives(self) -> list[Path]:
        """The folders of all archives so far."""
        return sorted((self.root / "code").iterdir())

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root, ignore_errors=True)


def environment(standard: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """A worker's environment: Lambda's variables and the function's own; nothing of this process's."""
    fixed = {
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "Text",
    }
    return {**fixed, **own, **standard}


def _location(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{name} is not installed: install the project's development requirements")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin
