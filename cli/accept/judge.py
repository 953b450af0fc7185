"""Judgements that several probes share: pure functions of what was seen."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cli.accept.calls import Answer
from cli.accept.lab import Sighting

EVENT_WORDS = {"rotation": ("rotat", "encrypt", "key"), "role": ("role", "iam")}


def lag(
    called_at: datetime, seen: Sequence[Sighting], is_stale: Callable[[Sighting], bool]
) -> timedelta | None:
    """How long describes showed the state before the call; None if they never showed another one."""
    for sighting in seen:
        if not is_stale(sighting):
            stale = seen[0] is not sighting
            return sighting.at - called_at if stale else timedelta()
    return None


def duration(called_at: datetime, seen: Sequence[Sighting]) -> timedelta:
    """From the call until the last sighting."""
    return seen[-1].at - called_at


def answers_by_status(seen: Iterable[Sighting]) -> list[Answer]:
    """The first raw answer of each pair of statuses: the story without its repetitions."""
    first: dict[tuple[str, str], Answer] = {}
    for sighting in seen:
        first.setdefault((sighting.status, sighting.availability), sighting.answer)
    return list(first.values())


def statuses_between(seen: Iterable[Sighting], *ends: str) -> list[str]:
    """The statuses that were seen, other than those of the beginning and the end."""
    return list(dict.fromkeys(each.status for each in seen if each.exists and each.status not in ends))


def shown_key(cluster: dict[str, Any]) -> str:
    """KmsKeyId of a cluster for which no key was named, as local AWS calls the possibilities."""
    if "KmsKeyId" not in cluster or cluster["KmsKeyId"] is None:
        return "absent"
    shown = str(cluster["KmsKeyId"])
    return "arn" if shown.startswith("arn:") else shown or "empty"


def allowed(answer: Answer) -> str:
    """``allow``, ``reject`` where the cluster's state is the reason, or whatever else was answered."""
    if answer.accepted:
        return "allow"
    return "reject" if answer.code == "InvalidClusterState" else answer.code


def ignored(answer: Answer) -> str:
    """What a change that changes nothing answers: ``ignore`` if it is accepted, else its code."""
    return "ignore" if answer.accepted else answer.code


def events_about(events: Iterable[dict[str, Any]], subject: str) -> str:
    """The ids of the events that tell of a subject; ``none``."""
    words = EVENT_WORDS[subject]
    found = [
        str(each.get("EventId", "?"))
        for each in events
        if any(word in str(each.get("Message", "")).lower() for word in words)
    ]
    return ", ".join(dict.fromkeys(found)) or "none"


def whose_time(shown: object, own: object, original: object) -> str:
    """Whose ClusterCreateTime it is: the restored ``cluster``'s, the ``original``'s, or nobody's."""
    if shown is None or own == original:
        return ""
    return {own: "cluster", original: "original"}.get(shown, "")


def needs_kms(answer: Answer) -> str | bool:
    """Whether a rotation by somebody without KMS permissions was refused for the lack of them."""
    if answer.accepted:
        return False
    about_kms = answer.code.startswith("DependentService") or "kms:" in answer.message.lower()
    return True if about_kms else answer.code
