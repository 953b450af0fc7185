"""RotateEncryptionKey: its answer, its length, and what may happen meanwhile."""

from datetime import datetime, timedelta
from typing import Any

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import Lab, Sighting

AT_MOST = timedelta(hours=8)


def probe(lab: Lab) -> None:
    """Rotate once, and try a second rotation and a tag while it runs."""
    name = lab.names.cluster
    before = lab.settle(name)
    answer = lab.change("rotate_encryption_key", name)
    if not answer.accepted:
        raise answer.error or RuntimeError(answer.code)
    lab.findings.add("rotate_response_status", str(answer.cluster.get("ClusterStatus")), answer)
    second = lab.calls.ask("redshift", "rotate_encryption_key", ClusterIdentifier=name)
    lab.findings.add("rotate_while_rotating", second.outcome, second)
    tagged = lab.tag_once(name)
    lab.findings.add("tags_while_busy", judge.allowed(tagged), tagged)
    seen = lab.watch_operation(name, "the end of the rotation", answer.at, AT_MOST)
    note_operation(lab, "rotate_duration", answer, seen)
    lab.findings.add("key_after_rotation", _key_after(before, seen[-1]), before.answer, seen[-1].answer)
    events, raw = events_since(lab, name, answer.at)
    lab.findings.add("rotation_event", judge.events_about(events, "rotation"), raw)


def note_operation(lab: Lab, fact: str, answer: Answer, seen: list[Sighting]) -> None:
    """The length of an operation, and how long describes lagged behind it."""
    delay = judge.lag(answer.at, seen, lambda each: each.is_ready)
    story = [answer, *judge.answers_by_status(seen)]
    if delay is None:
        lab.findings.leave_open(fact, "the cluster never showed that it was busy", *story)
        return
    lab.findings.add("describe_lag", delay, *story[:2])
    lab.findings.add(fact, judge.duration(answer.at, seen), *story)


def events_since(lab: Lab, source: str, since: datetime, kind: str = "cluster") -> tuple[list[Any], Answer]:
    """Redshift's events about a cluster or a snapshot from a moment on."""
    answer = lab.calls.ask(
        "redshift", "describe_events", SourceIdentifier=source, SourceType=kind, StartTime=since
    )
    return list((answer.result or {}).get("Events", [])), answer


def _key_after(before: Sighting, after: Sighting) -> str:
    same = before.cluster.get("KmsKeyId") == after.cluster.get("KmsKeyId")
    return "unchanged" if same else "changed"
