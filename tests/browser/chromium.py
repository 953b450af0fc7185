"""A Chromium for the tests, which sets itself up: the npm registry carries one, made for Lambda.

That one runs on Linux on x86-64 and brings every library and font that it needs. On other machines the tests
take a Chromium or Chrome that is installed, and are skipped where there is none.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.node import NODE
from tests.support.npm_packages import BUILD, install_packages

HERE = Path(__file__).parent
HOME = BUILD / "browser"
PACKED = HOME / "node_modules" / "@sparticuz" / "chromium" / "bin"
AXE = HOME / "node_modules" / "axe-core" / "axe.min.js"
ANYWHERE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

UNPACK = (
    "const { brotliDecompressSync } = require('node:zlib');"
    "const { readFileSync, writeFileSync } = require('node:fs');"
    "for (const name of ['chromium', 'al2023.tar', 'fonts.tar'])"
    " writeFileSync(name, brotliDecompressSync(readFileSync(`${process.argv[1]}/${name}.br`)));"
)
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{home}/fonts</dir><cachedir>{home}/fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A browser program with the environment that it needs."""

    program: Path
    environment: dict[str, str]


def chromium() -> Chromium:
    """The browser; the test that asks for it is skipped where there is none."""
    install_packages(HERE, HOME.name, _unpack, FONTS)
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        home = {"HOME": str(HOME), "LD_LIBRARY_PATH": str(HOME / "lib")}
        return Chromium(HOME / "chromium", home | {"FONTCONFIG_FILE": str(HOME / "fonts.conf")})
    found = next((path for name in ANYWHERE if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"needs Linux on x86-64, or one of {', '.join(ANYWHERE)} on the PATH")
    return Chromium(Path(found), dict(os.environ))


def _unpack() -> None:
    subprocess.run([NODE, "-e", UNPACK, PACKED], cwd=HOME, check=True)
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(HOME / name) as packed:
            packed.extractall(HOME, filter="data")
        (HOME / name).unlink()
    (HOME / "chromium").chmod(0o755)
    (HOME / "fonts.conf").write_text(FONTS.format(home=HOME), encoding="utf-8")
