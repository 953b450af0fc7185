"""The entry point of `steward` and `python -m cli`."""

from importlib import import_module
from importlib.util import find_spec

from cli.accept import commands as accept
from cli.app import app
from cli.doctor import commands as doctor
from cli.fleet import commands as fleet
from cli.policy import commands as policy
from cli.requests import commands as requests
from cli.runs import commands as runs

NOUNS = [runs, fleet, requests, policy, doctor, accept]
"""Importing a module registers its commands with the app."""

if find_spec(".local", __package__):
    # the demo and local AWS: in the repository only, the wheel has neither
    NOUNS.append(import_module(".local.commands", __package__))


def main() -> None:
    app(prog_name="steward")


if __name__ == "__main__":
    main()
