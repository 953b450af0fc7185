"""The cluster of the run: how it comes to be, and what it shows without a key of one's own."""

import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import Lab, Sighting
from cli.accept.pace import WaitExpired

NODE_TYPE = "ra3.large"
"""The smallest that can still be created."""

AT_MOST = timedelta(hours=2)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def probe(lab: Lab) -> None:
    """Create the cluster.

    Raises:
        ClientError: It was refused.
        WaitExpired: It did not become ready.
    """
    answer = _create(lab)
    seen = lab.watch(lab.names.cluster, "creation", lambda each: each.is_ready, AT_MOST)
    if not any(each.exists for each in seen):
        raise WaitExpired(f"{lab.names.cluster} was never seen")
    lab.created_at[lab.names.cluster] = seen[-1].cluster.get("ClusterCreateTime")
    lab.findings.add(
        "create_duration", judge.duration(answer.at, seen), answer, *judge.answers_by_status(seen)
    )
    last = seen[-1]
    lab.findings.add("aws_owned_key_shown_as", judge.shown_key(last.cluster), last.answer)
    note_creating(lab, seen)


def note_creating(lab: Lab, seen: list[Sighting]) -> None:
    """What a cluster shows while it is creating, also one that is restored."""
    for each in seen:
        if each.status == "creating":
            lab.findings.add("availability_while_creating", each.availability, each.answer)
            return


def _create(lab: Lab) -> Answer:
    name = lab.names.cluster
    lab.journal.intend("cluster", name)
    answer = lab.calls.ask("redshift", "create_cluster", **cluster_parameters(lab))
    if answer.accepted:
        return answer
    lab.journal.withdraw(name)
    raise answer.error or RuntimeError(answer.code)


def cluster_parameters(lab: Lab) -> dict[str, Any]:
    """One node, not reachable from outside, with a password that nobody keeps."""
    return {
        "ClusterIdentifier": lab.names.cluster,
        "NodeType": NODE_TYPE,
        "ClusterType": "single-node",
        "MasterUsername": "steward",
        "MasterUserPassword": _password(),
        "PubliclyAccessible": False,
        "PreferredMaintenanceWindow": quiet_window(lab.pace.now()),
        "Tags": lab.names.tags,
        **lab.network,
    }


def quiet_window(now: datetime) -> str:
    """A maintenance window that closed yesterday, so that no maintenance gets in between."""
    day = DAYS[(now.weekday() - 1) % 7]
    return f"{day}:{now.hour:02d}:00-{day}:{now.hour:02d}:30"


def _password() -> str:
    """Long, with the kinds of characters that Redshift wants."""
    return "Aa1" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
