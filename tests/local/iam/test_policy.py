"""Policy documents: which statements apply, and that a deny wins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.iam.policy import Effect, Request, effect

if TYPE_CHECKING:
    from random import Random

CLUSTER = "arn:aws:redshift:eu-central-1:123456789012:cluster:crm-dwh"


def said(*statements: dict[str, Any], action: str = "redshift:DeleteCluster", **context: str) -> Effect:
    """What one policy says about deleting the cluster; ``team="crm"`` is the cluster's tag."""
    documents = [json.dumps({"Version": "2012-10-17", "Statement": list(statements)})]
    keys = {f"aws:resourcetag/{name}": (value,) for name, value in context.items()}
    return effect(documents, Request(action, CLUSTER, keys, ("arn:aws:iam::123456789012:user/ann",)))


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}


def deny(**elements: Any) -> dict[str, Any]:
    return {**allow(**elements), "Effect": "Deny"}


def test_without_a_statement_that_applies_a_policy_is_silent() -> None:
    assert said(allow(Action="redshift:DescribeClusters")) is Effect.SILENT
    assert said(allow(Resource=f"{CLUSTER}-2")) is Effect.SILENT
    assert (
        said(allow(Condition={"StringEquals": {"aws:ResourceTag/team": "web"}}), team="crm") is Effect.SILENT
    )


@pytest.mark.parametrize("action", ["*", "redshift:*", "redshift:Delete*", "REDSHIFT:deletecluster"])
def test_actions_have_wildcards_and_no_case(action: str) -> None:
    assert said(allow(Action=[action])) is Effect.ALLOW


@pytest.mark.parametrize("resource", ["*", CLUSTER, "arn:aws:redshift:*:*:cluster:*", f"{CLUSTER[:-1]}?"])
def test_resources_have_wildcards(resource: str) -> None:
    assert said(allow(Resource=resource)) is Effect.ALLOW


def test_the_case_of_a_resource_counts() -> None:
    assert said(allow(Resource=CLUSTER.replace("crm", "CRM"))) is Effect.SILENT


def test_a_deny_wins_wherever_it_stands() -> None:
    assert said(deny(), allow()) is Effect.DENY
    assert said(allow(), deny()) is Effect.DENY
    assert said(allow(), deny(Action="redshift:RebootCluster")) is Effect.ALLOW


def test_not_action_and_not_resource_apply_to_everything_else() -> None:
    other = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    spared = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:redshift:*:*:cluster:sandbox-*"}

    assert said(other) is Effect.ALLOW
    assert said(other, action="iam:PassRole") is Effect.SILENT
    assert said(other, spared) is Effect.DENY


def test_a_resource_may_hold_a_variable() -> None:
    mine = allow(Resource="arn:aws:redshift:*:*:cluster:${aws:ResourceTag/team}-*")

    assert said(mine, team="crm") is Effect.ALLOW
    assert said(mine, team="web") is Effect.SILENT
    assert said(mine, team="*") is Effect.SILENT
    assert said(mine) is Effect.SILENT


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Effect.ALLOW),
        ({"AWS": "*"}, Effect.ALLOW),
        ({"AWS": ["arn:aws:iam::123456789012:user/ann"]}, Effect.ALLOW),
        ({"AWS": "arn:aws:iam::123456789012:user/bob"}, Effect.SILENT),
        ({"Service": "events.amazonaws.com"}, Effect.SILENT),
    ],
)
def test_a_resources_policy_names_its_principals(principal: Any, expected: Effect) -> None:
    assert said(allow(Principal=principal)) is expected


def test_one_statement_needs_no_list() -> None:
    document = json.dumps({"Statement": allow()})

    assert effect([document], Request("redshift:DeleteCluster", CLUSTER, {})) is Effect.ALLOW


STATEMENTS = st.lists(
    st.builds(
        lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["*", "redshift:*", "redshift:DeleteCluster", "iam:*"]),
        st.sampled_from(["*", CLUSTER, f"{CLUSTER}-2"]),
    ),
    min_size=1,
)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(statements: list[dict[str, Any]], rng: Random) -> None:
    shuffled = rng.sample(statements, len(statements))

    assert said(*shuffled) is said(*statements)


@given(STATEMENTS)
def test_an_allow_more_never_takes_a_permission_away_and_never_lifts_a_deny(
    statements: list[dict[str, Any]],
) -> None:
    before = said(*statements)

    assert said(*statements, allow()) is (Effect.DENY if before is Effect.DENY else Effect.ALLOW)
