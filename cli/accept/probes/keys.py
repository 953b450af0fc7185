"""Rotating under a customer's key: by somebody without KMS permissions, and while the key is disabled."""

from datetime import timedelta

from cli.accept import judge
from cli.accept.calls import STATE, Answer, Calls
from cli.accept.lab import Lab
from cli.accept.probes.roles import allow, make_role
from cli.accept.probes.rotation import AT_MOST, note_operation

KNOWN_IN, ASK_EVERY = timedelta(minutes=5), 5
ROTATE = "rotate_encryption_key"
DISABLED_FOR = 60
"""Seconds after which KMS's own caches have noticed that a key is disabled."""


def probe(lab: Lab) -> None:
    """Rotate as a role that may do nothing else; disable the key, rotate, and enable it again."""
    name = lab.names.restored
    lab.settle(name)
    _rotate_without_kms(lab, name)
    lab.settle(name)
    key = lab.names.alias
    lab.calls.get("kms", "disable_key", KeyId=_key_id(lab, key))
    try:
        lab.pace.sleep(DISABLED_FOR)
        answer = lab.change(ROTATE, name)
        reading = "not-rotated" if answer.accepted else answer.code
        lab.findings.add("disabled_key_rotation", reading, answer)
    finally:
        lab.calls.get("kms", "enable_key", KeyId=_key_id(lab, key))
    if answer.accepted:
        lab.watch_operation(name, "the end of the rotation", answer.at, AT_MOST)


def _key_id(lab: Lab, alias: str) -> str:
    return str(lab.calls.get("kms", "describe_key", KeyId=alias)["KeyMetadata"]["KeyId"])


def _rotate_without_kms(lab: Lab, name: str) -> None:
    caller = _caller(lab, lab.arn(name))
    if caller is None:
        reason = "the role that may only rotate could not be assumed"
        lab.findings.leave_open("rotate_needs_kms", reason)
        return
    answer = _ask(lab, caller, name)
    reading = judge.needs_kms(answer)
    if answer.code == STATE or (answer.denied and reading is not True):
        reason = f"the role that may only rotate was refused for another reason: {answer.message}"
        lab.findings.leave_open("rotate_needs_kms", reason, answer)
        return
    lab.findings.add("rotate_needs_kms", reading, answer)
    if answer.accepted:
        seen = lab.watch_operation(name, "the end of the rotation", answer.at, AT_MOST)
        note_operation(lab, "rotate_duration", answer, seen)


def _ask(lab: Lab, caller: Calls, name: str) -> Answer:
    """Rotate as the caller; a new role is unknown to IAM for a while, and the cluster may be busy."""
    for _ in lab.pace.tries(KNOWN_IN, ASK_EVERY):
        answer = caller.ask("redshift", ROTATE, ClusterIdentifier=name)
        is_unknown = answer.denied and judge.needs_kms(answer) is not True
        if not is_unknown and answer.code != STATE:
            break
    return answer


def _caller(lab: Lab, cluster: str) -> Calls | None:
    """Calls as a new role that may rotate the cluster's keys and nothing else."""
    root = {"AWS": f"arn:{lab.partition}:iam::{lab.journal.account}:root"}
    role = make_role(lab, "caller", root)
    allow(lab, "caller", "rotate", "redshift:RotateEncryptionKey", cluster)
    return _assume(lab, role)


def _assume(lab: Lab, role: str) -> Calls | None:
    """A session of a new role, which STS denies until IAM has made it known."""
    for _ in lab.pace.tries(KNOWN_IN, ASK_EVERY):
        answer = lab.calls.ask("sts", "assume_role", RoleArn=role, RoleSessionName="steward-accept")
        if not answer.denied:
            break
    if answer.result is None:
        return None
    keys = answer.result["Credentials"]
    return lab.calls.make_as(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
