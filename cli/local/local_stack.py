"""Local AWS with everything on it: the stack deployed by the real CDK CLI, and a fleet to look after."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import boto3

from cli.aws import Deployed, deployed
from infra.node import NODE, node_environment
from local.clock import Clock
from local.deploy import DeployError, run_cdk
from local.fleet import seed_fleet
from local.redshift import backend_of
from local.server import LocalAws
from policy import PolicyError, load
from steward.adapters.ledger.last_rotations import LastRotations
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.fleet import Fleet

BERLIN = ZoneInfo("Europe/Berlin")
BEFORE_THE_SCHEDULE = datetime(2026, 11, 21, 21, 50, tzinfo=BERLIN)
"""A Saturday evening, ten minutes before the example policy's schedule fires."""

AFTER_THE_SCHEDULE = datetime(2026, 11, 22, 22, 5, tzinfo=BERLIN)
"""A Sunday evening: the change window is open, and nothing runs that nobody has asked for."""

TEN_MINUTES = 600
"""Seconds that a rotation took which the ledger is made to remember."""

REPOSITORY = Path(__file__).parents[2]
CDK = REPOSITORY / "node_modules" / "aws-cdk" / "bin" / "cdk"


@contextmanager
def stage(
    fleet: Fleet, policy: Path, *, start: datetime, speed: float, port: int = 0, say: Callable[[str], None]
) -> Iterator[tuple[LocalAws, Deployed]]:
    """Local AWS, bootstrapped, deployed and seeded; time runs fast only from then on.

    Args:
        fleet: The clusters there are.
        policy: The policy file; its first environment is deployed.
        start: The moment at which the clock begins.
        speed: Virtual seconds per real second.
        port: Where to listen, 0 for any free port.
        say: Told of each step that has been done.
    """
    clock = Clock(start, speed)
    with closing(clock), ExitStack() as cleanup:
        with clock.busy():
            aws = cleanup.enter_context(LocalAws(clock, port))
            say(f"local AWS listens on {aws.endpoint}")
            stack = _deploy(aws, policy, say)
            seed_fleet(aws.context, fleet)
            _seed_ledger(stack, aws, fleet)
            say(f"{len(fleet.clusters)} clusters are there")
        yield aws, stack


def _deploy(aws: LocalAws, policy: Path, say: Callable[[str], None]) -> Deployed:
    account = f"aws://{aws.context.account}/{aws.context.region}"
    name = _stack_of(policy, aws)
    with TemporaryDirectory(prefix="cdk.out.") as folder:
        assembly = Path(folder)
        _synthesize(policy, name, assembly)
        say(f"cdk synth: {policy} is valid")
        run_cdk(aws, assembly, CDK, NODE, "bootstrap", account)
        say(f"cdk bootstrap {account}")
        run_cdk(aws, assembly, CDK, NODE, "deploy", name, "--require-approval", "never")
        say(f"cdk deploy {name}")
    session = boto3.Session("local", "local", region_name=aws.context.region)
    return deployed(session, name, aws.endpoint)


def _stack_of(policy: Path, aws: LocalAws) -> str:
    """The stack of the policy's first environment, which has to be in local AWS's account and Region.

    Raises:
        DeployError: What is wrong with the policy, or that its environment is elsewhere.
    """
    try:
        environment = load(policy).environments[0]
    except PolicyError as error:
        raise DeployError(str(error)) from None
    if (environment.account, environment.region) != (aws.context.account, aws.context.region):
        there = f"account {aws.context.account} and Region {aws.context.region}"
        raise DeployError(f"{policy}: environments[0]: local AWS has {there} only; name these, in quotes")
    return environment.stack_name


def _synthesize(policy: Path, stack: str, output: Path) -> None:
    """Write the cloud assembly of app.py and the policy, as `cdk synth` does.

    Raises:
        DeployError: What is wrong with the stack.
    """
    command = [str(NODE), str(CDK), "synth", stack, "--quiet", "--no-notices", "--output", str(output)]
    command += ["--context", f"policy={policy.resolve()}"]
    done = subprocess.run(  # noqa: S603  # our own
        command, cwd=REPOSITORY, env=node_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(done.stderr.strip() or done.stdout.strip())


def _seed_ledger(stack: Deployed, aws: LocalAws, fleet: Fleet) -> None:
    """What the steward is to remember of earlier runs."""
    rotations = LastRotations(stack.session.resource("dynamodb", endpoint_url=aws.endpoint), stack.ledger)
    backend, now = backend_of(aws.context), aws.context.clock.now()
    for cluster in fleet.clusters:
        if cluster.ledger is not None:
            namespace = backend.cluster(cluster.identifier).namespace_arn
            record = RotationRecord(now - cluster.ledger.shortest, namespace, TEN_MINUTES)
            rotations.record(cluster.identifier, record)
