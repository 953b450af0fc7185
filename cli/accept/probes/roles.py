"""ModifyClusterIamRoles: new roles, roles that are there, roles that are not, and the default one."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import Lab, Sighting
from cli.accept.ownership import ROLE_PATH
from cli.accept.probes.rotation import events_since

SETTLES_IN = timedelta(hours=1)
KNOWN_IN, ASK_EVERY = timedelta(minutes=5), 3
NOT_TRUSTING = "must delegate access"
MODIFY = "modify_cluster_iam_roles"
REDSHIFT = {"Service": "redshift.amazonaws.com"}


def probe(lab: Lab) -> None:
    """Add one role, twice; remove one that is not there; remove the first one while it is the default."""
    name = lab.names.cluster
    since = lab.settle(name).at
    data, other = make_role(lab, "data"), make_role(lab, "other")
    _add_new(lab, data)
    again = _change_nothing(lab, AddIamRoles=[data])
    lab.findings.add("add_existing_role", judge.ignored(again), again)
    absent = _change_nothing(lab, RemoveIamRoles=[other])
    lab.findings.add("remove_absent_role", judge.ignored(absent), absent)
    _remove_default(lab, data)
    events, raw = events_since(lab, name, since)
    lab.findings.add("role_event", judge.events_about(events, "role"), raw)


def make_role(lab: Lab, word: str, principal: Mapping[str, str] = REDSHIFT) -> str:
    """A role without permissions that a principal may assume: its ARN."""
    name = lab.names.other(word)
    lab.journal.intend("role", name)
    answer = lab.calls.get(
        "iam",
        "create_role",
        Path=ROLE_PATH,
        RoleName=name,
        AssumeRolePolicyDocument=trust(principal),
        Description="Made by `steward accept`; removed at its end",
        Tags=lab.names.tags,
    )
    return str(answer["Role"]["Arn"])


def trust(principal: Mapping[str, str]) -> str:
    """The trust policy of a role."""
    return _policy(Principal=principal, Action="sts:AssumeRole")


def allow(lab: Lab, word: str, policy: str, action: str, resource: str) -> None:
    """Let the role that `make_role` has made for ``word`` do one thing."""
    name, document = lab.names.other(word), _policy(Action=action, Resource=resource)
    lab.calls.get("iam", "put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=document)


def _policy(**allowed: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **allowed}]})


def _add_new(lab: Lab, role: str) -> None:
    """Add a role as soon as it exists, and wait until it is in-sync."""
    name = lab.names.cluster
    asked: list[Answer] = []
    for _ in lab.pace.tries(KNOWN_IN, ASK_EVERY):
        asked.append(lab.change(MODIFY, name, AddIamRoles=[role]))
        if NOT_TRUSTING not in asked[-1].message:
            break
    added = asked[-1]
    if not added.accepted:
        raise added.error or RuntimeError(added.code)
    refused = added.at - asked[0].at if len(asked) > 1 else timedelta()
    lab.findings.add("role_propagation_delay", refused, asked[0], added)
    seen = lab.watch(
        name, "a role in-sync", lambda each: each.is_ready and each.roles.get(role) == "in-sync", SETTLES_IN
    )
    story = judge.answers_by_status(seen)
    lab.findings.add("role_duration", judge.duration(added.at, seen), added, *story)
    changing = [each for each in seen if each.roles.get(role) == "adding"]
    if changing:
        shown = changing[0].availability
        lab.findings.add("role_change_availability", shown, changing[0].answer)


def _change_nothing(lab: Lab, **parameters: Any) -> Answer:
    """A change that leaves the roles as they are; the cluster is ready again after it."""
    name = lab.names.cluster
    answer = lab.change(MODIFY, name, **parameters)
    lab.watch_operation(name, "an end of changes", answer.at, SETTLES_IN)
    return answer


def _remove_default(lab: Lab, role: str) -> None:
    name = lab.names.cluster
    chosen = lab.change(MODIFY, name, DefaultIamRoleArn=role)
    if not chosen.accepted:
        raise chosen.error or RuntimeError(chosen.code)
    lab.watch(
        name,
        "the default role",
        lambda each: each.is_ready and each.cluster.get("DefaultIamRoleArn") == role,
        SETTLES_IN,
    )
    removed = lab.change(MODIFY, name, RemoveIamRoles=[role])
    lab.findings.add("remove_default_role", "clear" if removed.accepted else _refused(removed), removed)
    if not removed.accepted:
        _change_nothing(lab, DefaultIamRoleArn="")
        removed = lab.change(MODIFY, name, RemoveIamRoles=[role])
    if not removed.accepted:
        raise removed.error or RuntimeError(removed.code)
    seen = lab.watch(
        name, "the removal of a role", lambda each: each.is_ready and role not in each.roles, SETTLES_IN
    )
    lab.findings.add("removed_role_visibility", removal(role, removed, seen), removed, seen[0].answer)


def _refused(answer: Answer) -> str:
    return "reject" if answer.code == "InvalidParameterValue" else answer.code


def removal(role: str, answer: Answer, seen: list[Sighting]) -> str:
    """``removing`` if the role was listed so at any moment, else ``gone``."""
    listed = [Sighting(answer, answer.cluster), *seen]
    return "removing" if any(each.roles.get(role) == "removing" for each in listed) else "gone"
