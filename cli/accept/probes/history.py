"""CloudTrail's event history: how soon it has a change of a cluster, and whom it names."""

import json
from datetime import timedelta
from typing import Any

from cli.accept.lab import Lab
from cli.accept.pace import WaitExpired

AT_MOST = timedelta(minutes=30)
EVERY = 15
CALL = "CreateTags"


def probe(lab: Lab) -> None:
    """Tag the cluster, and wait until the event history tells of it."""
    tagged = lab.tag(lab.names.cluster)
    if not tagged.accepted:
        lab.findings.leave_open("event_history_delay", f"CreateTags was refused: {tagged.code}", tagged)
        return
    since = tagged.at - timedelta(minutes=1)
    try:
        for _ in lab.pace.looks("CreateTags in the event history", AT_MOST, EVERY):
            answer = lab.calls.ask(
                "cloudtrail",
                "lookup_events",
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": CALL}],
                StartTime=since,
            )
            if answer.result is None:
                raise answer.error or RuntimeError(answer.code)
            found = [each for each in answer.result["Events"] if names_cluster(each, lab.names.cluster)]
            if found:
                lab.findings.add("event_history_delay", answer.at - tagged.at, tagged, answer)
                lab.findings.add("change_in_event_history", identity(found[0]), answer)
                return
    except WaitExpired as expired:
        lab.findings.leave_open("event_history_delay", str(expired), tagged)


def names_cluster(event: dict[str, Any], cluster: str) -> bool:
    """Whether an event of the history is about the cluster."""
    return cluster in str(event.get("CloudTrailEvent", ""))


def identity(event: dict[str, Any]) -> str:
    """Whether the event says who did it."""
    try:
        user = json.loads(str(event.get("CloudTrailEvent", ""))).get("userIdentity", {})
    except ValueError:
        return "not readable"
    return "with the caller" if user.get("arn") else "without the caller"
