"""The command line: `steward`, or `python -m cli`."""

from __future__ import annotations

from cli.app import app
from cli.doctor import commands as doctor
from cli.fleet import commands as fleet
from cli.local import commands as local
from cli.policy import commands as policy
from cli.requests import commands as requests
from cli.runs import commands as runs

GROUPS = (runs, fleet, requests, policy, doctor, local)
"""Each module adds its commands to the app when it is imported."""


def main() -> None:
    """Run one command line and end the process."""
    app(prog_name="steward")


if __name__ == "__main__":
    main()
