"""The commands `demo` and `local`."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.app import app
from cli.output import console

PANEL = "Without an AWS account"

DEMO_POLICY = Path("local", "policy.yaml")
EXPORTS = """For the AWS CLI, boto3 and steward in another terminal:
  unset AWS_PROFILE AWS_SESSION_TOKEN
  export AWS_ENDPOINT_URL={endpoint}
  export AWS_REGION={region} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"""
"""AWS CLI v1 and boto3 read AWS_DEFAULT_REGION only; a profile or a session token would win over the keys."""

FleetFile = Annotated[Path, typer.Option(help="The fleet file: the clusters and how they behave.")]
PolicyFile = Annotated[Path, typer.Option(help="The policy file.")]
Speed = Annotated[float, typer.Option(min=1, help="Virtual seconds per real second.")]


@app.command(rich_help_panel=PANEL)
def demo(
    fleet: FleetFile = Path("demo.yaml"),
    policy: PolicyFile = DEMO_POLICY,
    speed: Annotated[
        float | None,
        typer.Option(
            min=1, help="Virtual seconds per real second; without it, time jumps to the next due moment."
        ),
    ] = None,
) -> None:
    """Run all workflows on a demo fleet on local AWS, and check that every cluster ends as expected."""
    from cli.demo.run_demo import run_demo
    from local.fleet import read_fleet

    raise typer.Exit(run_demo(console(), read_fleet(fleet), policy, speed))


@app.command(rich_help_panel=PANEL)
def local(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 uses a free one.")] = 4566,
    fleet: FleetFile = Path("demo.yaml"),
    policy: PolicyFile = DEMO_POLICY,
    speed: Speed = 60,
) -> None:
    """Serve local AWS, with the steward deployed on it, until Ctrl-C."""
    from cli.local.local_stack import AFTER_THE_SCHEDULE, local_stack
    from local.fleet import read_fleet

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    clusters = read_fleet(fleet)
    with local_stack(
        clusters, policy, start=AFTER_THE_SCHEDULE, speed=speed, port=port, report=_print_line
    ) as (aws, _):
        _print_line(f"Local AWS is ready: {aws.endpoint}")
        _print_line(EXPORTS.format(endpoint=aws.endpoint, region=aws.context.region))
        stop.wait()


def _print_line(text: str) -> None:
    Console(highlight=False).print(text, soft_wrap=True, markup=False)
