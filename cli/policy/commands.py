"""The commands `policy check` and `policy scp`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Target, with_target

policy = typer.Typer(help="Validate the policy, fleet.yaml.")
app.add_typer(policy, name="policy", rich_help_panel="Setup")


@policy.callback()
def policy_commands() -> None:
    """Validate the policy, fleet.yaml."""


@policy.command()
@with_target
def check(
    target: Target,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file.")] = Path("fleet.yaml"),
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Do not read the live clusters.")] = False,
    as_json: AsJson = False,
) -> None:
    """Validate a policy file, and show which live clusters each rule selects or not, and why.

    Needs no deployed stack. Without credentials it validates the file only.
    """
    from cli.policy.check_policy import check_policy

    raise typer.Exit(check_policy(target, file, offline=offline, as_json=as_json))


@policy.command()
def scp(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file.")] = Path("fleet.yaml"),
    *,
    tagger: Annotated[
        list[str] | None,
        typer.Option("--tagger", metavar="ARN", help="Who may write sync_roles.trusted_tags; repeatable."),
    ] = None,
) -> None:
    """Print the service control policy that protects the tags on which decisions rest, as JSON.

    Needs no AWS. An administrator of the organization attaches it to the account.
    """
    from cli.output import print_json
    from policy import load
    from policy.guardrails import service_control_policy

    print_json(service_control_policy(load(file), tagger or ()))
