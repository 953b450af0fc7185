"""A cluster that is no longer encrypted: the change itself, what it leaves shown, and rotating then."""

from datetime import timedelta

from cli.accept.calls import STATE
from cli.accept.lab import AVAILABLE, Lab
from cli.accept.probes.rotation import note_operation

AT_MOST = timedelta(hours=14)


def probe(lab: Lab) -> None:
    """Remove the encryption, and rotate.

    Raises:
        ClientError: ModifyCluster was refused.
        WaitExpired: The change did not end.
    """
    name = lab.names.restored
    lab.settle(name)
    answer = lab.change("modify_cluster", name, Encrypted=False)
    if not answer.accepted:
        raise answer.error or RuntimeError(answer.code)
    seen = lab.watch(
        name,
        "the end of encryption",
        lambda each: each.is_ready and each.cluster.get("Encrypted") is False,
        AT_MOST,
    )
    note_operation(lab, "resize_duration", answer, seen)
    if any(each.cluster.get("ResizeInfo") for each in seen):
        lab.findings.add("resize_info_lingers", bool(seen[-1].cluster.get("ResizeInfo")), seen[-1].answer)
    else:
        lab.findings.leave_open("resize_info_lingers", "no ResizeInfo was ever shown", seen[-1].answer)
    _rotate(lab, name)


def _rotate(lab: Lab, name: str) -> None:
    """The code of the refusal itself, which has to be told from a cluster that is still busy."""
    for _ in lab.pace.tries(timedelta(minutes=25), 30):
        rotated = lab.calls.ask("redshift", "rotate_encryption_key", ClusterIdentifier=name)
        if rotated.code != STATE or _speaks_of_encryption(rotated.message):
            break
        sighting = lab.look(name)
        if sighting is not None and sighting.status != AVAILABLE:
            break
    lab.findings.add("unencrypted_rotate_error", rotated.outcome, rotated)


def _speaks_of_encryption(message: str) -> bool:
    return "encrypt" in message.lower()
