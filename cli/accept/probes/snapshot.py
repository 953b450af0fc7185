"""CreateClusterSnapshot: how long it takes, and under which names it is found."""

from datetime import timedelta

from cli.accept.calls import Answer
from cli.accept.lab import LOOK_EVERY, Lab

AT_MOST = timedelta(hours=2)
RETENTION = 1
"""Days: AWS itself deletes what nobody has removed."""


def probe(lab: Lab) -> None:
    """Take a snapshot, and look for it under its name in capitals."""
    name = lab.names.other("manual")
    taken, last = take(lab, lab.names.cluster, name)
    lab.findings.add("snapshot_duration", last.at - taken.at, taken, last)
    capitals = lab.calls.ask("redshift", "describe_cluster_snapshots", SnapshotIdentifier=name.upper())
    lab.findings.add("snapshot_id_of_any_case", "same" if capitals.accepted else capitals.code, capitals)


def take(lab: Lab, cluster: str, name: str) -> tuple[Answer, Answer]:
    """Take a snapshot: the call's answer, and the describe that showed it as available.

    Raises:
        ClientError: It was refused.
        WaitExpired: It did not become available.
    """
    lab.settle(cluster)
    lab.journal.intend("snapshot", name)
    taken = lab.change(
        "create_cluster_snapshot",
        cluster,
        SnapshotIdentifier=name,
        ManualSnapshotRetentionPeriod=RETENTION,
        Tags=lab.names.tags,
    )
    if not taken.accepted:
        lab.journal.withdraw(name)
        raise taken.error or RuntimeError(taken.code)
    for _ in lab.pace.looks(f"{name} available", AT_MOST, LOOK_EVERY):
        answer = lab.calls.ask("redshift", "describe_cluster_snapshots", SnapshotIdentifier=name)
        if snapshot_in(answer).get("Status") == "available":
            break
    return taken, answer


def snapshot_in(answer: Answer) -> dict[str, object]:
    """The snapshot that a describe shows; empty if there is none."""
    found = (answer.result or {}).get("Snapshots") or [{}]
    return dict(found[0])
