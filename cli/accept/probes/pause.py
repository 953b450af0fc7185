"""PauseCluster and ResumeCluster: the statuses on the way, and what a paused cluster lets one do."""

from datetime import timedelta

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import AVAILABLE, Lab, Sighting

AT_MOST = timedelta(hours=2)
PAUSED = "paused"
SURE_AFTER = timedelta(minutes=5)
"""A refusal that lasts this long is about the pause, and not about what the cluster did before."""


def probe(lab: Lab) -> None:
    """Pause, try three calls, resume."""
    name = lab.names.cluster
    pause(lab, name)
    tagged = lab.tag(name, at=PAUSED, patience=SURE_AFTER)
    lab.findings.add("tags_while_paused", judge.allowed(tagged), tagged)
    rotated = lab.calls.ask("redshift", "rotate_encryption_key", ClusterIdentifier=name)
    lab.findings.add("rotate_while_paused", rotated.outcome, rotated)
    snapshot = lab.names.other("paused")
    lab.journal.intend("snapshot", snapshot)
    taken = lab.calls.ask(
        "redshift",
        "create_cluster_snapshot",
        ClusterIdentifier=name,
        SnapshotIdentifier=snapshot,
        ManualSnapshotRetentionPeriod=1,
        Tags=lab.names.tags,
    )
    lab.findings.add("snapshot_while_paused", taken.outcome, taken)
    resume(lab, name)


def pause(lab: Lab, name: str) -> None:
    """Pause a cluster.

    Raises:
        ClientError: It was refused.
        WaitExpired: It was not paused in time.
    """
    lab.settle(name)
    answer = _must(lab.change("pause_cluster", name))
    seen = lab.watch(name, "the pause", lambda each: each.status == PAUSED, AT_MOST)
    _note(lab, "pause_duration", "pausing_status", answer, seen)


def resume(lab: Lab, name: str) -> None:
    """Resume a cluster.

    Raises:
        ClientError: It was refused.
        WaitExpired: It was not ready in time.
    """
    answer = _must(lab.change("resume_cluster", name, at=PAUSED))
    seen = lab.watch(name, "the resumption", lambda each: each.is_ready, AT_MOST)
    _note(lab, "resume_duration", "resuming_status", answer, seen)


def _note(lab: Lab, length: str, status: str, answer: Answer, seen: list[Sighting]) -> None:
    story = [answer, *judge.answers_by_status(seen)]
    lab.findings.add(length, judge.duration(answer.at, seen), *story)
    for each in judge.statuses_between(seen, AVAILABLE, PAUSED):
        lab.findings.add(status, each, *story)
    delay = judge.lag(answer.at, seen, lambda each: each.status == answer_before(status))
    if delay is not None:
        lab.findings.add("describe_lag", delay, *story[:2])


def answer_before(status: str) -> str:
    """What a cluster is before it is in a transitional status."""
    return AVAILABLE if status == "pausing_status" else PAUSED


def _must(answer: Answer) -> Answer:
    if not answer.accepted:
        raise answer.error or RuntimeError(answer.code)
    return answer
