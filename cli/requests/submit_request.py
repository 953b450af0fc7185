"""`steward request`: ask for clusters to be deleted, in the caller's own name."""

from collections.abc import Sequence

from cli.cluster_names import require_clusters
from cli.confirmation import confirm, require_yes
from cli.deployed_stack import DeployedStack
from cli.output import console, print_json, print_line, print_note
from cli.requests.approvals_client import ApprovalsClient
from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster


def submit_request(
    stack: DeployedStack, clusters: Sequence[str], reason: str, *, yes: bool, as_json: bool
) -> None:
    """Start the run that inspects these clusters and asks for approval; nothing is deleted yet.

    Raises:
        CliError: A cluster does not exist, or its name was not confirmed.
    """
    require_yes(yes=yes, as_json=as_json)
    approvals = ApprovalsClient(stack)
    names = [name.strip().lower() for name in clusters]
    require_clusters(stack, names)
    if not yes:
        _confirm_each(stack, names)
    submitted = approvals.submit(names, reason)
    if as_json:
        print_json(submitted)
        return
    who = submitted.get("requested_by", "you")
    print_line(console(), f"Request submitted as {who}; follow it with: steward watch {submitted['run']}")
    print_note("Someone else has to approve it: steward requests")


def _confirm_each(stack: DeployedStack, names: Sequence[str]) -> None:
    by_name = {each.identifier: each for each in Clusters(stack.client("redshift")).all()}
    for name in names:
        print_note(f"{name}: {_description(by_name[name])}")
        confirm(name, "request its deletion (someone else has to approve it)")


def _description(cluster: Cluster) -> str:
    created = f"{cluster.created_at:%Y-%m-%d}" if cluster.created_at else "unknown"
    tags = ", ".join(f"{key}={value}" for key, value in sorted(cluster.tags.items())) or "none"
    return f"{cluster.described}, created {created}, tags: {tags}"
