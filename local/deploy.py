"""Puts a synthesized CDK application onto local AWS: through the CloudFormation API, or with the CDK CLI.

The first way needs no Node and takes seconds; the workflow tests use it. The second one, of `make demo` and
`make local`, is the proof that the real ``cdk bootstrap`` and ``cdk deploy`` work. Both leave the same
resources.
"""

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.clients import SERVICE_CREDENTIALS, client
from local.server import LocalAws

BOOTSTRAP_VERSION = "30"
"""What templates of CDK's default synthesizer ask SSM for; they want 6 or later."""

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of every entry, as CDK's own zip files have it."""


class DeployError(Exception):
    """A stack that was not deployed; the message names what failed and why."""


@dataclass(frozen=True)
class Asset:
    """A file or folder that a template expects in S3.

    Attributes:
        path: Where it is; a folder is zipped.
    """

    bucket: str
    key: str
    path: Path


@dataclass(frozen=True)
class Assembly:
    """One stack of a ``cdk.out`` folder."""

    stack_name: str
    template: dict[str, Any]
    assets: tuple[Asset, ...]


def read_assembly(cdk_out: Path, stack: str | None = None) -> Assembly:
    """One stack of a cloud assembly.

    Args:
        cdk_out: The folder that ``cdk synth`` writes.
        stack: Its name; may be left out when there is only one.

    Raises:
        DeployError: There is no such stack, or several.
    """
    manifest = json.loads((cdk_out / "manifest.json").read_text())
    artifacts = manifest["artifacts"]
    stacks = [name for name, item in artifacts.items() if item["type"] == "aws:cloudformation:stack"]
    matching = [name for name in stacks if stack in {None, name}]
    if len(matching) != 1:
        raise DeployError(f"{cdk_out} holds the stacks {', '.join(stacks) or 'none'}: name one of them")
    properties = artifacts[matching[0]]["properties"]
    template = json.loads((cdk_out / properties["templateFile"]).read_text())
    name = properties.get("stackName", matching[0])
    return Assembly(name, template, tuple(_assets(cdk_out, matching[0])))


def deploy_assembly(aws: LocalAws, assembly: Assembly) -> dict[str, str]:
    """Deploy one stack of a cloud assembly; answers with its outputs.

    Raises:
        DeployError: The deployment failed.
    """
    return deploy_template(aws, assembly.template, assembly.assets, stack_name=assembly.stack_name)


def deploy_template(
    aws: LocalAws,
    template: dict[str, Any],
    assets: Iterable[Asset] = (),
    *,
    stack_name: str,
    parameters: dict[str, str] | None = None,
) -> dict[str, str]:
    """Upload the assets, then create the stack or update it.

    Args:
        aws: Where to.
        template: A synthesized template.
        assets: What it expects in S3.
        stack_name: Which stack.
        parameters: Values for the template's parameters.

    Returns:
        The stack's outputs by name.

    Raises:
        DeployError: The deployment failed; the stack is as it was before.
    """
    for asset in assets:
        _upload(aws, asset)
    _put_bootstrap_version(aws)
    cloudformation = _client(aws, "cloudformation")
    given = {
        "StackName": stack_name,
        "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
    }
    try:
        if _exists(cloudformation, stack_name):
            cloudformation.update_stack(**given)
        else:
            cloudformation.create_stack(**given)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise DeployError(f"{stack_name}: {error}") from error
    return _outputs(cloudformation, stack_name)


def run_cdk(aws: LocalAws, folder: Path, cdk_cli: Path, node: Path, *arguments: str) -> str:
    """Run one CDK command against local AWS, without telemetry, notices or version check.

    Args:
        aws: Where to.
        folder: Where to run; without a cdk.json.
        cdk_cli: The CDK CLI's script.
        node: The Node that runs it.
        arguments: The command.

    Raises:
        DeployError: It failed; the message is what it said.
    """
    done = subprocess.run(  # noqa: S603 - the caller's own CLI, no shell
        [str(node), str(cdk_cli), *arguments, "--no-notices", "--ci"],
        env=cdk_environment(aws),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode:
        raise DeployError(f"cdk {' '.join(arguments)} failed:\n{output}")
    return output


def cdk_environment(aws: LocalAws) -> dict[str, str]:
    """The environment in which AWS tools talk to local AWS and to nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": aws.context.region,
        "AWS_DEFAULT_REGION": aws.context.region,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "CI": "true",
        "NO_COLOR": "1",
    }


def _assets(cdk_out: Path, artifact: str) -> Iterable[Asset]:
    files = json.loads((cdk_out / f"{artifact}.assets.json").read_text())["files"]
    for file in files.values():
        for destination in file["destinations"].values():
            path = cdk_out / file["source"]["path"]
            if file["source"]["packaging"] == "zip":
                yield Asset(destination["bucketName"], destination["objectKey"], path)


def _upload(aws: LocalAws, asset: Asset) -> None:
    s3 = _client(aws, "s3")
    try:
        s3.head_bucket(Bucket=asset.bucket)
    except ClientError:
        where = {"LocationConstraint": aws.context.region}
        s3.create_bucket(Bucket=asset.bucket, CreateBucketConfiguration=where)
    content = _zip(asset.path) if asset.path.is_dir() else asset.path.read_bytes()
    s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=content)


def _zip(folder: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_MOMENT)
                target.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _put_bootstrap_version(aws: LocalAws) -> None:
    """Put the parameter that ``cdk bootstrap`` puts, unless it is there."""
    ssm = _client(aws, "ssm")
    try:
        ssm.get_parameter(Name=BOOTSTRAP_PARAMETER)
    except ClientError:
        ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")


def _exists(cloudformation: Any, stack_name: str) -> bool:
    """Whether there is a stack to update; one whose creation failed is removed first, as the CDK CLI does."""
    try:
        status = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return False
    if status == "ROLLBACK_COMPLETE":
        cloudformation.delete_stack(StackName=stack_name)
    return bool(status != "ROLLBACK_COMPLETE")


def _outputs(cloudformation: Any, stack_name: str) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    if "ROLLBACK" in stack["StackStatus"] or stack["StackStatus"].endswith("FAILED"):
        raise DeployError(f"{stack_name} is {stack['StackStatus']}: {_reasons(cloudformation, stack_name)}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs") or []}


def _reasons(cloudformation: Any, stack_name: str) -> str:
    """What the latest deployment's failed resources say, the first one first."""
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    latest = []
    for event in events:
        latest.append(event)
        if event.get("ResourceStatusReason") == "User Initiated":
            break
    failed = [event for event in reversed(latest) if event["ResourceStatus"].endswith("FAILED")]
    reasons = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed]
    rollback = [event for event in latest if event["ResourceStatus"].endswith("ROLLBACK_IN_PROGRESS")]
    return "; ".join(reasons) or str(rollback[-1].get("ResourceStatusReason"))


def _client(aws: LocalAws, service: str) -> Any:
    return client(aws.context, service, SERVICE_CREDENTIALS)
