"""Without an AWS account: demo, local."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.app import app

PANEL = "Without an AWS account"

DEMO_POLICY = Path("local", "policy.yaml")
DEMO_SPEED = 2400
"""Virtual seconds per real second: a night in a quarter of a minute."""

FleetFile = Annotated[Path, typer.Option(help="The fleet file: which clusters there are, how each behaves.")]
PolicyFile = Annotated[Path, typer.Option(help="The policy file: what is wanted of the clusters.")]
Speed = Annotated[float, typer.Option(min=1, help="Virtual seconds per real second.")]


@app.command(rich_help_panel=PANEL)
def demo(
    fleet: FleetFile = Path("demo.yaml"), policy: PolicyFile = DEMO_POLICY, speed: Speed = DEMO_SPEED
) -> None:
    """Keep a demo fleet in order on local AWS, and check that every cluster ended as it must."""
    from cli.demo.run_demo import play
    from local.fleet import read_fleet

    raise typer.Exit(play(Console(highlight=False), read_fleet(fleet), policy, speed))


@app.command(rich_help_panel=PANEL)
def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free port.")] = 4566,
    fleet: FleetFile = Path("demo.yaml"),
    policy: PolicyFile = DEMO_POLICY,
    speed: Speed = 60,
) -> None:
    """Keep local AWS up with the steward deployed on it, until Ctrl-C."""
    from cli.local.local_stack import AFTER_THE_SCHEDULE, stage
    from local.fleet import read_fleet

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    clusters = read_fleet(fleet)
    with stage(clusters, policy, start=AFTER_THE_SCHEDULE, speed=speed, port=port, say=_say) as (aws, _):
        _say(f"local AWS ready: {aws.endpoint}")
        stop.wait()


def _say(text: str) -> None:
    Console(highlight=False).print(text, soft_wrap=True, markup=False)
