"""The command `doctor`."""

import typer

from cli.app import app
from cli.options import AsJson, Target, with_target


@app.command(rich_help_panel="Setup")
@with_target
def doctor(target: Target, *, as_json: AsJson = False) -> None:
    """Check credentials, permissions, stack, schedules, alarms, KMS keys, locks and quotas.

    Each problem comes with its fix. The exit code is 1 if a check fails; warnings do not change it.
    """
    from cli.doctor.run_checks import run_checks

    raise typer.Exit(run_checks(target, as_json=as_json))
