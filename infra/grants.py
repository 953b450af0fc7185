"""The adapters' grants as IAM statements, each scope narrowed to ARNs of this stack, account and Region."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.arns import arn
from steward.adapters.grants import Grant, Scope
from steward.adapters.ledger.keys import LOCKS_INDEX
from steward.domain.authority import CHILDREN
from steward.domain.deprovision.copies import COPY_TAG, PREFIX
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.rotate_keys.last_rotation import TAG as ROTATED_TAG
from steward.domain.workflows import workflow_of_machine

TAGGED: Mapping[Scope, dict[str, dict[str, str]]] = {
    Scope.APPROVED_CLUSTERS: {"StringLike": {f"aws:ResourceTag/{APPROVED_TAG}": "sha256:*"}},
    Scope.RESTORE_COPIES: {"StringLike": {f"aws:ResourceTag/{COPY_TAG}": "*"}},
}
"""The tags that a resource of a scope has to carry, so that IAM itself is the last guard."""


TAG_VALUES: Mapping[str, str] = {APPROVED_TAG: "sha256:*", ROTATED_TAG: "20??-??-??T??:??:??Z"}
"""What the values of the steward's own tags look like; the others name runs, which are not known at synth."""


@dataclass(frozen=True)
class Resources:
    """The ARNs that stand for the scopes which this stack creates itself."""

    ledger: str
    runs: str
    notices: str
    notices_key: str
    state_machines: tuple[str, ...]
    """Names of the steward's state machines."""
    roles: tuple[str, ...] = ()
    """ARNs of the IAM roles that the policy wants clusters to have, or their path with a wildcard."""
    snapshot_tags: Mapping[str, str] = field(default_factory=dict)
    """The tags that the policy gives to snapshots."""


def statements(scope: Construct, resources: Resources, grants: Iterable[Grant]) -> list[iam.PolicyStatement]:
    """One statement per scope, with every action that is granted within it; those with a condition apart."""
    stack = Stack.of(scope)
    arns = _arns(stack, resources)
    alike: dict[Grant, set[str]] = {}
    for grant in grants:
        alike.setdefault(replace(grant, actions=(), besides=False), set()).update(grant.actions)
    return [
        iam.PolicyStatement(
            sid=_sid(grant),
            actions=sorted(actions),
            resources=list(arns[grant.scope]),
            conditions=_conditions(stack, resources, grant),
        )
        for grant, actions in sorted(alike.items(), key=lambda each: _sid(each[0]))
        # a policy whose rules want no role has none to look at or to pass
        if arns[grant.scope]
    ]


def _conditions(stack: Stack, resources: Resources, grant: Grant) -> dict[str, dict[str, Any]]:
    """What IAM compares beside action and resource."""
    conditions: dict[str, dict[str, Any]] = dict(TAGGED.get(grant.scope, {}))
    equal = {"iam:PassedToService": grant.passed_to} if grant.passed_to else {}
    equal |= {"kms:ViaService": f"{grant.via}.{stack.region}.{stack.url_suffix}"} if grant.via else {}
    if equal:
        conditions["StringEquals"] = equal
    if grant.for_service:
        conditions["Bool"] = {"kms:GrantIsForAWSResource": "true"}
    if grant.tag_keys:
        conditions |= _on_tags(
            grant.tag_keys, resources.snapshot_tags if grant.scope is Scope.SNAPSHOTS else {}
        )
    if grant.records:
        # each call about items names their partition key
        conditions["ForAllValues:StringLike"] = {"dynamodb:LeadingKeys": list(grant.records)}
    return conditions


def _on_tags(keys: Iterable[str], of_policy: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Only these keys, and only values that they can have; a call that removes tags names no values."""
    # ForAllValues holds for a request without any tag, too
    allowed = {"aws:TagKeys": sorted({*keys, *of_policy})}
    conditions: dict[str, dict[str, Any]] = {
        "ForAllValues:StringEquals": allowed,
        "Null": {"aws:TagKeys": "false"},
    }
    like = {f"aws:RequestTag/{key}": TAG_VALUES[key] for key in keys if key in TAG_VALUES}
    # a text of the policy is no variable of IAM
    equal = {f"aws:RequestTag/{key}": text.replace("${", "${$}{") for key, text in of_policy.items()}
    conditions |= {"StringLikeIfExists": like} if like else {}
    return conditions | ({"StringEqualsIfExists": equal} if equal else {})


def _arns(stack: Stack, resources: Resources) -> Mapping[Scope, tuple[str, ...]]:
    named = partial(arn, stack)
    return {
        Scope.ANY: ("*",),
        Scope.CLUSTERS: (named("redshift", "cluster", "*"),),
        Scope.APPROVED_CLUSTERS: (named("redshift", "cluster", "*"),),
        Scope.RESTORE_COPIES: (named("redshift", "cluster", f"{PREFIX}*"),),
        Scope.NEW_COPIES: (named("redshift", "cluster", f"{PREFIX}*"),),
        Scope.RESTORES: (named("redshift", "cluster", f"{PREFIX}*"), named("redshift", "snapshot", "*")),
        Scope.SNAPSHOTS: (named("redshift", "snapshot", "*"),),
        # fleets use keys of other accounts, too; reading a key's state is all that is allowed
        Scope.KMS_KEYS: (f"arn:{stack.partition}:kms:{stack.region}:*:key/*",),
        Scope.ROLES: resources.roles,
        Scope.LEDGER: (resources.ledger,),
        Scope.LOCKS_INDEX: (f"{resources.ledger}/index/{LOCKS_INDEX}",),
        Scope.RUNS: (f"{resources.runs}/runs/*",),
        Scope.EXECUTIONS: tuple(
            named("states", "execution", f"{name}:*")
            for machine in resources.state_machines
            for name in (machine, f"{machine}/{CHILDREN}")
        ),
        Scope.STATE_MACHINES: tuple(named("states", "stateMachine", m) for m in resources.state_machines),
        Scope.DEPROVISION_MACHINE: tuple(
            named("states", "stateMachine", name)
            for machine in resources.state_machines
            if workflow_of_machine(machine).waits_for_people
            # a task of a child execution belongs to the Distributed Map's own state machine
            for name in (machine, f"{machine}/{CHILDREN}")
        ),
        Scope.NOTICES: (resources.notices,),
        Scope.NOTICES_KEY: (resources.notices_key,),
        Scope.EVENT_BUS: (stack.format_arn(service="events", resource="event-bus", resource_name="default"),),
    }


def _sid(grant: Grant) -> str:
    """Letters and digits from all that sets the statement apart."""
    parts = [grant.scope.value, *grant.tag_keys, *grant.records]
    parts += ["passed"] if grant.passed_to else []
    parts += [f"via {grant.via}"] if grant.via else []
    parts += ["for service"] if grant.for_service else []
    return "".join(word.capitalize() for part in parts for word in re.findall("[A-Za-z0-9]+", part))
