"""The set-up: doctor."""

from __future__ import annotations

import typer

from cli.app import app
from cli.options import AsJson, Target, on_aws


@app.command(rich_help_panel="Set up")
@on_aws
def doctor(target: Target, *, as_json: AsJson = False) -> None:
    """Check that everything is in place: credentials, stack, permissions, schedule, alarms, keys, quotas.

    Each line says what to do. The exit code is 1 when something does not work; a warning leaves it at 0.
    """
    from cli.doctor.run_checks import visit

    raise typer.Exit(visit(target, as_json=as_json))
