"""The stack of the example policy with its real Lambda zip, synthesized once and kept under .build/.

Test processes share it: the first one builds, the others wait for it. Its folder is named by a hash of all
that it is made of, so a changed source makes another one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("functions", "schedule_expressions", "policy", "infra")
SOURCES = (*PACKAGES, "fleet.yaml", "cdk.json", "requirements.txt")
BUILT = REPOSITORY / ".build" / "workflows"


def assembly() -> Path:
    """The cloud assembly (``cdk.out``) of the sources as they are now."""
    folder = BUILT / _hash()
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for outdated in BUILT.glob("*/"):
                shutil.rmtree(outdated)
            _build(folder)
    return folder


def _build(folder: Path) -> None:
    from aws_cdk import App  # noqa: PLC0415 - loading CDK takes seconds, which a built assembly saves
    from aws_cdk.aws_lambda import Code  # noqa: PLC0415

    from infra.bundling import bundle  # noqa: PLC0415
    from tests.support.synthesis import context, sections, steward_stack  # noqa: PLC0415

    making = folder.with_suffix(".making")
    bundle(making / "code", json.dumps(sections()))
    app = App(outdir=str(making), context=context())
    steward_stack(app, Code.from_asset(str(making / "code")))
    app.synth()
    making.rename(folder)


def _hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(os.fsencode(path.relative_to(REPOSITORY)) + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for source in map(REPOSITORY.joinpath, SOURCES):
        yield from (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        if source.is_file():
            yield source
