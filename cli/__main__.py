"""The command line: `steward`, or `python -m cli`."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.demo import SPEED, play
from cli.stage import AFTER_THE_SCHEDULE, stage
from local.deploy import DeployError
from local.fleet import FleetError, read_fleet
from local.serving import PortInUseError

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)

FleetFile = Annotated[Path, typer.Option(help="The fleet file: which clusters there are, how each behaves.")]
Speed = Annotated[float, typer.Option(min=1, help="Virtual seconds per real second.")]


@app.command()
def demo(fleet: FleetFile = Path("demo.yaml"), speed: Speed = SPEED) -> None:
    """Rotate the keys of a demo fleet on local AWS, and check that every cluster ended as it must."""
    with _sentences():
        raise typer.Exit(play(console, read_fleet(fleet), speed))


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
    with _sentences():
        clusters = read_fleet(fleet)
        with stage(clusters, start=AFTER_THE_SCHEDULE, speed=speed, port=port, say=_say) as (aws, _):
            _say(f"local AWS ready: {aws.endpoint}")
            stop.wait()


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, markup=False)


@contextmanager
def _sentences() -> Iterator[None]:
    """Errors that a user can do something about are one sentence on stderr and an exit status."""
    try:
        yield
    except FleetError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except (DeployError, PortInUseError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app(prog_name="steward")
