"""Confirmation at the terminal before a deletion is requested or approved, or a run is stopped."""

import sys

import typer

from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.text import clean


def require_yes(*, yes: bool, as_json: bool) -> None:
    """Refuse ``--json`` without ``--yes``: a program cannot answer a prompt.

    Raises:
        CliError: The prompt would appear although ``--json`` was given.
    """
    if as_json and not yes:
        raise CliError("--json cannot prompt for confirmation; pass --yes as well", ExitCode.USAGE)


def confirm(name: str, action: str) -> None:
    """Require the name of the cluster or run to be typed: a single key is pressed by mistake too easily.

    Raises:
        CliError: Something else was typed.
        typer.Abort: Stdin is closed.
    """
    sys.stderr.write(f"Type {clean(name)} to {action}: ")
    sys.stderr.flush()
    typed = sys.stdin.readline()
    if not typed:
        raise typer.Abort
    if typed.strip() != name:
        sentence = f'"{clean(typed.strip())}" is not {clean(name)}; nothing was changed'
        raise CliError(sentence, ExitCode.ATTENTION)
