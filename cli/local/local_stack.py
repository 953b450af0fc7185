"""Local AWS with a fleet on it and the stack deployed by the real CDK CLI."""

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import boto3

from cli.deployed_stack import DeployedStack, load_stack
from infra.node import NODE, node_environment
from local.clock import Clock
from local.deploy import DeployError, run_cdk
from local.fleet import Fleet, seed_fleet
from local.redshift import backend_of
from local.server import LocalAws
from policy import PolicyError, load
from steward.adapters.ledger.last_rotations import LastRotations
from steward.domain.rotate_keys.last_rotation import RotationRecord

BERLIN = ZoneInfo("Europe/Berlin")
BEFORE_THE_SCHEDULE = datetime(2026, 11, 21, 21, 50, tzinfo=BERLIN)
"""A Saturday evening, ten minutes before the example policy's schedule fires."""

AFTER_THE_SCHEDULE = datetime(2026, 11, 22, 22, 5, tzinfo=BERLIN)
"""A Sunday evening: the change window is open and no schedule is about to fire."""

TEN_MINUTES = 600
"""Seconds: the duration of every rotation written to the ledger."""

REPOSITORY = Path(__file__).parents[2]
CDK = REPOSITORY / "node_modules" / "aws-cdk" / "bin" / "cdk"


@contextmanager
def local_stack(
    fleet: Fleet,
    policy: Path,
    *,
    start: datetime,
    speed: float | None,
    port: int = 0,
    report: Callable[[str], None],
) -> Iterator[tuple[LocalAws, DeployedStack]]:
    """Local AWS, bootstrapped, deployed and seeded; the clock stands still until that is done.

    Args:
        fleet: The clusters to create.
        policy: The policy file; its first environment is deployed.
        start: The virtual time at the start.
        speed: Virtual seconds per real second; None jumps from due moment to due moment.
        port: The port, 0 for any free one.
        report: Called with a line for each step that is done.
    """
    clock = Clock(start, speed)
    with closing(clock), ExitStack() as cleanup:
        with clock.busy():
            aws = cleanup.enter_context(LocalAws(clock, port))
            report(f"Local AWS listens on {aws.endpoint}")
            stack = _deploy(aws, policy, report)
            seed_fleet(aws.context, fleet)
            _seed_ledger(stack, aws, fleet)
            report(f"{len(fleet.clusters)} clusters created")
        try:
            yield aws, stack
        finally:
            clock.close()  # nothing new falls due while local AWS closes


def _deploy(aws: LocalAws, policy: Path, report: Callable[[str], None]) -> DeployedStack:
    account = f"aws://{aws.context.account}/{aws.context.region}"
    name = _stack_name(policy, aws)
    with TemporaryDirectory(prefix="redshift-steward-") as folder, ThreadPoolExecutor(1) as beside:
        cdk = partial(run_cdk, aws, Path(folder), CDK, NODE)
        bootstrapping = beside.submit(cdk, "bootstrap", account)
        assembly = Path(folder, "cdk.out")
        _synthesize(policy, name, assembly)
        report(f"cdk synth: {policy} is valid")
        bootstrapping.result()
        report(f"cdk bootstrap {account}")
        cdk("deploy", name, "--require-approval", "never", "--app", str(assembly), "--output", str(assembly))
        report(f"cdk deploy {name}")
    session = boto3.Session("local", "local", region_name=aws.context.region)
    return load_stack(session, name, aws.endpoint)


def _stack_name(policy: Path, aws: LocalAws) -> str:
    """The stack name of the policy's first environment.

    Raises:
        DeployError: The policy is invalid, or its environment is not local AWS's account and Region.
    """
    try:
        environment = load(policy).environments[0]
    except PolicyError as error:
        raise DeployError(str(error)) from None
    if (environment.account, environment.region) != (aws.context.account, aws.context.region):
        place = f'account "{aws.context.account}" and Region {aws.context.region}'
        raise DeployError(f"{policy}: environments[0]: local AWS has only {place}; use these")
    return environment.stack_name


def _synthesize(policy: Path, stack: str, output: Path) -> None:
    """Run `cdk synth` of app.py with this policy.

    Raises:
        DeployError: The synth failed; its own message.
    """
    command = [str(NODE), str(CDK), "synth", stack, "--quiet", "--no-notices", "--output", str(output)]
    command += ["--context", f"policy={policy.resolve()}"]
    done = subprocess.run(  # noqa: S603  # our own
        command, cwd=REPOSITORY, env=node_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(done.stderr.strip() or done.stdout.strip())


def _seed_ledger(stack: DeployedStack, aws: LocalAws, fleet: Fleet) -> None:
    """Record earlier rotations for the clusters whose fleet entry has a ``ledger`` age."""
    rotations = LastRotations(stack.session.resource("dynamodb", endpoint_url=aws.endpoint), stack.ledger)
    backend, now = backend_of(aws.context), aws.context.clock.now()
    for cluster in fleet.clusters:
        if cluster.ledger is not None:
            namespace = backend.cluster(cluster.identifier).namespace_arn
            record = RotationRecord(now - cluster.ledger.shortest, namespace, TEN_MINUTES)
            rotations.record(cluster.identifier, record)
