"""DeleteCluster while the cluster is paused: the last thing that a run tries."""

from datetime import timedelta

from cli.accept import judge
from cli.accept.calls import STATE
from cli.accept.lab import Lab
from cli.accept.probes.deletion import delete_parameters
from cli.accept.probes.pause import pause

TRIED_FOR, EVERY = timedelta(minutes=10), 60
"""Long enough to tell a refusal because of the pause from one of a cluster that is still busy."""


def probe(lab: Lab) -> None:
    """Pause the cluster, and ask for its deletion until that is accepted or has been refused long enough."""
    name, snapshot = lab.names.restored, lab.names.other("asleep")
    pause(lab, name)
    lab.journal.intend("snapshot", snapshot)
    for _ in lab.pace.tries(TRIED_FOR, EVERY):
        answer = lab.calls.ask("redshift", "delete_cluster", **delete_parameters(name, snapshot))
        if answer.code != STATE:
            break
    lab.findings.add("paused_delete", judge.allowed(answer), answer)
