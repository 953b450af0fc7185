"""The command line: `steward`, or `python -m cli`."""

from __future__ import annotations

from cli.app import app
from cli.commands import doctor, fleet, policy, requests, runs, try_it

GROUPS = (doctor, fleet, policy, requests, runs, try_it)
"""Each module adds its commands to the app when it is imported."""


def main() -> None:
    """Run one command line and end the process."""
    app(prog_name="steward")


if __name__ == "__main__":
    main()
