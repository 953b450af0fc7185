"""RestoreFromClusterSnapshot, under a key of the run's own: the second life of the cluster."""

from datetime import timedelta

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import Lab, Sighting
from cli.accept.pace import WaitExpired
from cli.accept.probes.creation import NODE_TYPE, note_creating, quiet_window
from cli.accept.probes.deletion import final_name
from cli.accept.probes.snapshot import snapshot_in, take

AT_MOST, STREAMS_AT_MOST = timedelta(hours=4), timedelta(hours=6)


def probe(lab: Lab) -> None:
    """Restore the final snapshot, and take a snapshot of the result.

    Raises:
        ClientError: The restore was refused.
        WaitExpired: It did not end.
    """
    name = lab.names.restored
    answer = _restore(lab, make_key(lab))
    seen = lab.watch(name, "the restore", lambda each: each.is_ready, AT_MOST)
    lab.created_at[name] = seen[-1].cluster.get("ClusterCreateTime")
    story = [answer, *judge.answers_by_status(seen)]
    lab.findings.add("restore_duration", judge.duration(answer.at, seen), *story)
    note_creating(lab, seen)
    lab.tag(name)
    _note_streaming(lab, name, seen[-1])
    _, shown = take(lab, name, lab.names.other("copied"))
    _note_create_time(lab, shown)


def make_key(lab: Lab) -> str:
    """A customer managed key that restores may use: its ARN."""
    lab.journal.intend("key", lab.names.alias)
    tags = [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in lab.names.tags]
    key = lab.calls.get("kms", "create_key", Description="Made by `steward accept`", Tags=tags)["KeyMetadata"]
    lab.calls.get("kms", "create_alias", AliasName=lab.names.alias, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


def _restore(lab: Lab, key: str) -> Answer:
    lab.journal.intend("cluster", lab.names.restored)
    answer = lab.calls.ask(
        "redshift",
        "restore_from_cluster_snapshot",
        ClusterIdentifier=lab.names.restored,
        SnapshotIdentifier=final_name(lab),
        NodeType=NODE_TYPE,
        KmsKeyId=key,
        PubliclyAccessible=False,
        PreferredMaintenanceWindow=quiet_window(lab.pace.now()),
        **lab.network,
    )
    if not answer.accepted:
        lab.journal.withdraw(lab.names.restored)
        raise answer.error or RuntimeError(answer.code)
    return answer


def _note_streaming(lab: Lab, name: str, ready: Sighting) -> None:
    """How long RestoreStatus goes on once the cluster is available."""
    if not ready.cluster.get("RestoreStatus"):
        lab.findings.leave_open("restore_streaming", "the cluster shows no RestoreStatus", ready.answer)
        return
    try:
        seen = lab.watch(name, "the end of RestoreStatus", _restored, STREAMS_AT_MOST)
    except WaitExpired as expired:
        lab.findings.leave_open("restore_streaming", str(expired), ready.answer)
        return
    lab.findings.add("restore_streaming", seen[-1].at - ready.at, ready.answer, seen[-1].answer)


def _restored(sighting: Sighting) -> bool:
    return (sighting.cluster.get("RestoreStatus") or {}).get("Status") == "completed"


def _note_create_time(lab: Lab, shown: Answer) -> None:
    created = snapshot_in(shown).get("ClusterCreateTime")
    own, original = lab.created_at[lab.names.restored], lab.created_at[lab.names.cluster]
    reading = judge.whose_time(created, own, original)
    if reading:
        lab.findings.add("snapshot_cluster_create_time", reading, shown)
    else:
        lab.findings.leave_open("snapshot_cluster_create_time", "it is the time of neither cluster", shown)
