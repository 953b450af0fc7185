"""``python -m local``: local AWS on a port until Ctrl-C.

    python -m local --port 5600 --speed 600 --fleet local/fleets/demo.yaml

AWS alone, with the fleet's clusters if one is given; `steward local` deploys the steward on it as well.
"""

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path  # typer reads it at run time
from typing import Annotated

import typer

from local.clock import Clock
from local.fleet import FleetError, read_fleet, seed_fleet
from local.http_server import PortInUseError
from local.server import LocalAws

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Where to listen on localhost; 0 picks a free port.")] = 5600,
    speed: Annotated[float, typer.Option(help="Virtual seconds per real second.", min=1)] = 600,
    fleet: Annotated[Path | None, typer.Option(help="The clusters to begin with (YAML).")] = None,
    start: Annotated[datetime | None, typer.Option(help="The first virtual moment, in UTC.")] = None,
    seed: Annotated[int, typer.Option(help="Makes everything random repeatable.")] = 0,
) -> None:
    """Serve local AWS until Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    clock = Clock((start or datetime.now(UTC)).replace(tzinfo=UTC), speed)
    try:
        clusters = read_fleet(fleet) if fleet else None
        with LocalAws(clock, port, seed=seed) as aws:
            if clusters:
                seed_fleet(aws.context, clusters)
            _wait_for_interrupt(aws)
    except (PortInUseError, FleetError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        clock.close()


def _wait_for_interrupt(aws: LocalAws) -> None:
    try:
        typer.echo(f"local AWS ready: {aws.endpoint}")
        threading.Event().wait()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(
                number, signal.SIG_IGN
            )  # the end is under way; a second Ctrl-C must not cut it short


if __name__ == "__main__":
    app()
