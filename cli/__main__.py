"""The command line: `steward`, or `python -m cli`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.demo import SPEED, play
from cli.stage import AFTER_THE_SCHEDULE, stage
from local.fleet import FleetError, read_fleet

if TYPE_CHECKING:
    from local.fleet import Fleet

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)

FleetFile = Annotated[Path, typer.Option(help="The fleet file: which clusters there are, how each behaves.")]
Speed = Annotated[float, typer.Option(min=1, help="Virtual seconds per real second.")]


@app.command()
def demo(fleet: FleetFile = Path("demo.yaml"), speed: Speed = SPEED) -> None:
    """Rotate the keys of a demo fleet on local AWS, and check that every cluster ended as it must."""
    raise typer.Exit(play(console, _fleet(fleet), speed))


@app.command()
def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free port.")] = 4566,
    fleet: FleetFile = Path("demo.yaml"),
    speed: Speed = 60,
) -> None:
    """Keep local AWS up with the steward deployed on it, until Ctrl-C."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    clusters = _fleet(fleet)
    with stage(clusters, start=AFTER_THE_SCHEDULE, speed=speed, port=port, say=console.print) as (aws, _):
        console.print(f"local AWS ready: {aws.endpoint}", soft_wrap=True)
        stop.wait()


def _fleet(path: Path) -> Fleet:
    try:
        return read_fleet(path)
    except FleetError as error:
        console.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app(prog_name="steward")
