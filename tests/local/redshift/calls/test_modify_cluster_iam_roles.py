"""Roles are associated asynchronously, and never beyond what Redshift accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

ROLE = "arn:aws:iam::123456789012:role/"
COPY, SPECTRUM, ML = ROLE + "copy", ROLE + "spectrum", ROLE + "ml"
NOT_LISTED = (
    "The list of Amazon Resource Names (ARNs) for customer roles should contain the ARN of the default IAM "
    "role when a default is specified."
)
CONCURRENT = (
    "The Cluster is being modified by a concurrent operation. "
    "Please check the Cluster's status and try again."
)
NOT_TRUSTING = (
    f"The IAM role {COPY} is not valid. The IAM role must delegate access to an Amazon Redshift account."
)


def change(env: RedshiftEnv, **parameters: Any) -> dict[str, Any]:
    return dict(env.redshift.modify_cluster_iam_roles(ClusterIdentifier="dwh", **parameters)["Cluster"])


def refused(env: RedshiftEnv, **parameters: Any) -> tuple[str, str]:
    return env.error("modify_cluster_iam_roles", ClusterIdentifier="dwh", **parameters)


def statuses(cluster: dict[str, Any]) -> dict[str, str]:
    return {role["IamRoleArn"].rpartition("/")[2]: role["ApplyStatus"] for role in cluster["IamRoles"]}


def with_roles(env: RedshiftEnv, *arns: str, default: str | None = None, **knobs: Any) -> None:
    env.create(knobs=knobs)
    change(env, AddIamRoles=list(arns), **({"DefaultIamRoleArn": default} if default else {}))
    env.advance(61)


def test_a_role_is_adding_and_then_in_sync(env: RedshiftEnv) -> None:
    env.create()

    answer = change(env, AddIamRoles=[COPY])
    assert statuses(answer) == {"copy": "adding"}
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Modifying")
    env.advance(61)
    assert statuses(env.describe()) == {"copy": "in-sync"}
    assert env.describe()["ClusterAvailabilityStatus"] == "Available"


def test_a_change_of_roles_may_also_leave_the_cluster_available(env: RedshiftEnv) -> None:
    env.create(knobs={"role_change_availability": "Available"})
    change(env, AddIamRoles=[COPY])

    assert env.describe()["ClusterAvailabilityStatus"] == "Available"
    assert statuses(env.describe()) == {"copy": "adding"}


def test_a_removed_role_is_removing_and_then_gone(env: RedshiftEnv) -> None:
    with_roles(env, COPY, SPECTRUM)

    assert statuses(change(env, RemoveIamRoles=[COPY])) == {"copy": "removing", "spectrum": "in-sync"}
    env.advance(61)
    assert statuses(env.describe()) == {"spectrum": "in-sync"}


def test_a_removed_role_may_also_be_gone_at_once(env: RedshiftEnv) -> None:
    with_roles(env, COPY, removed_role_visibility="gone")

    assert statuses(change(env, RemoveIamRoles=[COPY])) == {}


def test_roles_are_added_and_removed_in_one_call(env: RedshiftEnv) -> None:
    with_roles(env, COPY)

    assert statuses(change(env, AddIamRoles=[ML], RemoveIamRoles=[COPY])) == {
        "copy": "removing",
        "ml": "adding",
    }
    env.advance(61)
    assert statuses(env.describe()) == {"ml": "in-sync"}


def test_another_change_while_roles_settle_is_refused_verbatim(env: RedshiftEnv) -> None:
    env.create()
    change(env, AddIamRoles=[COPY])

    assert refused(env, AddIamRoles=[ML]) == ("InvalidClusterState", CONCURRENT)


def test_the_default_may_be_set_with_the_role_changed_alone_and_cleared(env: RedshiftEnv) -> None:
    with_roles(env, COPY, SPECTRUM, default=COPY)
    assert env.describe()["DefaultIamRoleArn"] == COPY

    assert change(env, DefaultIamRoleArn=SPECTRUM)["DefaultIamRoleArn"] == SPECTRUM
    assert change(env)["DefaultIamRoleArn"] == SPECTRUM
    assert "DefaultIamRoleArn" not in change(env, DefaultIamRoleArn="")


def test_a_default_outside_the_list_is_refused_verbatim(env: RedshiftEnv) -> None:
    with_roles(env, COPY)

    assert refused(env, DefaultIamRoleArn=ML) == ("InvalidParameterValue", NOT_LISTED)
    assert refused(env, DefaultIamRoleArn=COPY, RemoveIamRoles=[COPY]) == (
        "InvalidParameterValue",
        NOT_LISTED,
    )
    assert statuses(env.describe()) == {"copy": "in-sync"}


def test_removing_the_default_role_is_refused(env: RedshiftEnv) -> None:
    with_roles(env, COPY, default=COPY)

    assert refused(env, RemoveIamRoles=[COPY]) == ("InvalidParameterValue", NOT_LISTED)
    assert env.describe()["DefaultIamRoleArn"] == COPY


def test_removing_the_default_role_may_also_clear_the_default(env: RedshiftEnv) -> None:
    with_roles(env, COPY, default=COPY, remove_default_role="clear")

    assert "DefaultIamRoleArn" not in change(env, RemoveIamRoles=[COPY])


@pytest.mark.parametrize("reading", ["ignore", "InvalidParameterValue"])
def test_adding_an_associated_role_does_nothing_or_is_refused(env: RedshiftEnv, reading: str) -> None:
    with_roles(env, COPY, add_existing_role=reading)

    if reading == "ignore":
        assert statuses(change(env, AddIamRoles=[COPY])) == {"copy": "in-sync"}
    else:
        assert refused(env, AddIamRoles=[COPY])[0] == reading


@pytest.mark.parametrize("reading", ["ignore", "InvalidParameterValue"])
def test_removing_a_role_that_is_not_there_does_nothing_or_is_refused(env: RedshiftEnv, reading: str) -> None:
    with_roles(env, COPY, remove_absent_role=reading)

    if reading == "ignore":
        assert statuses(change(env, RemoveIamRoles=[ML])) == {"copy": "in-sync"}
    else:
        assert refused(env, RemoveIamRoles=[ML])[0] == reading


def test_a_role_can_not_be_added_and_removed_at_once(env: RedshiftEnv) -> None:
    env.create()

    assert refused(env, AddIamRoles=[COPY], RemoveIamRoles=[COPY])[0] == "InvalidParameterValue"


def test_a_cluster_has_at_most_50_roles(env: RedshiftEnv) -> None:
    with_roles(env, *(f"{ROLE}r{number}" for number in range(50)))

    assert refused(env, AddIamRoles=[COPY])[0] == "InvalidParameterValue"
    assert len(env.describe()["IamRoles"]) == 50


@pytest.mark.parametrize("counted", [True, False])
def test_roles_being_removed_count_towards_the_quota_or_not(env: RedshiftEnv, counted: bool) -> None:  # noqa: FBT001 the rule's two sides
    with_roles(env, *(f"{ROLE}r{number}" for number in range(50)), removing_roles_count=counted)
    swap = {"AddIamRoles": [COPY], "RemoveIamRoles": [f"{ROLE}r0"]}

    if counted:
        assert refused(env, **swap)[0] == "InvalidParameterValue"
    else:
        assert statuses(change(env, **swap))["copy"] == "adding"


def test_what_is_no_arn_of_a_role_is_refused(env: RedshiftEnv) -> None:
    env.create()

    assert refused(env, AddIamRoles=["copy"])[0] == "InvalidParameterValue"


def create_role(service: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam_backends["123456789012"]["global"].create_role("copy", trust, "/", None, "", [], None)


def test_a_role_that_iam_does_not_know_is_refused_verbatim(env: RedshiftEnv) -> None:
    env.create(knobs={"role_check": "iam"})

    assert refused(env, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)


def test_a_role_that_does_not_trust_redshift_is_refused_verbatim(env: RedshiftEnv) -> None:
    create_role("ec2.amazonaws.com")
    env.create(knobs={"role_check": "iam"})

    assert refused(env, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)


def test_a_role_that_trusts_redshift_is_accepted(env: RedshiftEnv) -> None:
    create_role("redshift.amazonaws.com")
    env.create(knobs={"role_check": "iam"})

    assert statuses(change(env, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_role_may_also_be_taken_unseen(env: RedshiftEnv) -> None:
    env.create(knobs={"role_check": "none"})

    assert statuses(change(env, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_fresh_role_is_refused_until_iam_has_propagated_it(env: RedshiftEnv) -> None:
    env.create(knobs={"role_propagation_delay": "20 seconds"})

    assert refused(env, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)
    env.advance(19)
    assert refused(env, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)
    env.advance(1)
    assert statuses(change(env, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_role_can_be_stuck_in_adding_while_others_settle(env: RedshiftEnv) -> None:
    env.create(knobs={"stuck_roles": ["spec*"]})
    change(env, AddIamRoles=[COPY, SPECTRUM])
    env.advance(86_400)

    assert statuses(env.describe()) == {"copy": "in-sync", "spectrum": "adding"}


def test_the_duration_is_that_of_the_knob(env: RedshiftEnv) -> None:
    env.create(knobs={"role_duration": "1 hour"})
    change(env, AddIamRoles=[COPY])

    env.advance(3599)
    assert statuses(env.describe()) == {"copy": "adding"}
    env.advance(1)
    assert statuses(env.describe()) == {"copy": "in-sync"}


def test_a_cluster_can_be_created_with_roles_and_a_default(env: RedshiftEnv) -> None:
    env.create(IamRoles=[COPY], DefaultIamRoleArn=COPY)

    assert statuses(env.describe()) == {"copy": "in-sync"}
    assert env.describe()["DefaultIamRoleArn"] == COPY


def test_another_owner_can_add_a_role_while_the_first_change_settles(env: RedshiftEnv) -> None:
    env.create(knobs={"roles_of_another_owner": ["theirs"]})
    change(env, AddIamRoles=[COPY])
    assert statuses(env.describe()) == {"copy": "adding"}
    env.advance(300)
    assert statuses(env.describe()) == {"copy": "in-sync", "theirs": "in-sync"}

    change(env, RemoveIamRoles=[f"{ROLE}theirs"])
    env.advance(300)
    assert statuses(env.describe()) == {"copy": "in-sync"}, "once"
