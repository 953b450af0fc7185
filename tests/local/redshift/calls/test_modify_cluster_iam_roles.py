"""Roles are associated asynchronously, and never beyond what Redshift accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

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


def change(place: Place, **parameters: Any) -> dict[str, Any]:
    return dict(place.redshift.modify_cluster_iam_roles(ClusterIdentifier="dwh", **parameters)["Cluster"])


def refused(place: Place, **parameters: Any) -> tuple[str, str]:
    return place.error("modify_cluster_iam_roles", ClusterIdentifier="dwh", **parameters)


def statuses(cluster: dict[str, Any]) -> dict[str, str]:
    return {role["IamRoleArn"].rpartition("/")[2]: role["ApplyStatus"] for role in cluster["IamRoles"]}


def with_roles(place: Place, *arns: str, default: str | None = None, **knobs: Any) -> None:
    place.create(knobs=knobs)
    change(place, AddIamRoles=list(arns), **({"DefaultIamRoleArn": default} if default else {}))
    place.advance(61)


def test_a_role_is_adding_and_then_in_sync(place: Place) -> None:
    place.create()

    answer = change(place, AddIamRoles=[COPY])
    assert statuses(answer) == {"copy": "adding"}
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("available", "Modifying")
    place.advance(61)
    assert statuses(place.shown()) == {"copy": "in-sync"}
    assert place.shown()["ClusterAvailabilityStatus"] == "Available"


def test_a_change_of_roles_may_also_leave_the_cluster_available(place: Place) -> None:
    place.create(knobs={"role_change_availability": "Available"})
    change(place, AddIamRoles=[COPY])

    assert place.shown()["ClusterAvailabilityStatus"] == "Available"
    assert statuses(place.shown()) == {"copy": "adding"}


def test_a_removed_role_is_removing_and_then_gone(place: Place) -> None:
    with_roles(place, COPY, SPECTRUM)

    assert statuses(change(place, RemoveIamRoles=[COPY])) == {"copy": "removing", "spectrum": "in-sync"}
    place.advance(61)
    assert statuses(place.shown()) == {"spectrum": "in-sync"}


def test_a_removed_role_may_also_be_gone_at_once(place: Place) -> None:
    with_roles(place, COPY, removed_role_visibility="gone")

    assert statuses(change(place, RemoveIamRoles=[COPY])) == {}


def test_roles_are_added_and_removed_in_one_call(place: Place) -> None:
    with_roles(place, COPY)

    assert statuses(change(place, AddIamRoles=[ML], RemoveIamRoles=[COPY])) == {
        "copy": "removing",
        "ml": "adding",
    }
    place.advance(61)
    assert statuses(place.shown()) == {"ml": "in-sync"}


def test_another_change_while_roles_settle_is_refused_verbatim(place: Place) -> None:
    place.create()
    change(place, AddIamRoles=[COPY])

    assert refused(place, AddIamRoles=[ML]) == ("InvalidClusterState", CONCURRENT)


def test_the_default_may_be_set_with_the_role_changed_alone_and_cleared(place: Place) -> None:
    with_roles(place, COPY, SPECTRUM, default=COPY)
    assert place.shown()["DefaultIamRoleArn"] == COPY

    assert change(place, DefaultIamRoleArn=SPECTRUM)["DefaultIamRoleArn"] == SPECTRUM
    assert change(place)["DefaultIamRoleArn"] == SPECTRUM
    assert "DefaultIamRoleArn" not in change(place, DefaultIamRoleArn="")


def test_a_default_outside_the_list_is_refused_verbatim(place: Place) -> None:
    with_roles(place, COPY)

    assert refused(place, DefaultIamRoleArn=ML) == ("InvalidParameterValue", NOT_LISTED)
    assert refused(place, DefaultIamRoleArn=COPY, RemoveIamRoles=[COPY]) == (
        "InvalidParameterValue",
        NOT_LISTED,
    )
    assert statuses(place.shown()) == {"copy": "in-sync"}


def test_removing_the_default_role_is_refused(place: Place) -> None:
    with_roles(place, COPY, default=COPY)

    assert refused(place, RemoveIamRoles=[COPY]) == ("InvalidParameterValue", NOT_LISTED)
    assert place.shown()["DefaultIamRoleArn"] == COPY


def test_removing_the_default_role_may_also_clear_the_default(place: Place) -> None:
    with_roles(place, COPY, default=COPY, remove_default_role="clear")

    assert "DefaultIamRoleArn" not in change(place, RemoveIamRoles=[COPY])


@pytest.mark.parametrize("reading", ["ignore", "InvalidParameterValue"])
def test_adding_an_associated_role_does_nothing_or_is_refused(place: Place, reading: str) -> None:
    with_roles(place, COPY, add_existing_role=reading)

    if reading == "ignore":
        assert statuses(change(place, AddIamRoles=[COPY])) == {"copy": "in-sync"}
    else:
        assert refused(place, AddIamRoles=[COPY])[0] == reading


@pytest.mark.parametrize("reading", ["ignore", "InvalidParameterValue"])
def test_removing_a_role_that_is_not_there_does_nothing_or_is_refused(place: Place, reading: str) -> None:
    with_roles(place, COPY, remove_absent_role=reading)

    if reading == "ignore":
        assert statuses(change(place, RemoveIamRoles=[ML])) == {"copy": "in-sync"}
    else:
        assert refused(place, RemoveIamRoles=[ML])[0] == reading


def test_a_role_can_not_be_added_and_removed_at_once(place: Place) -> None:
    place.create()

    assert refused(place, AddIamRoles=[COPY], RemoveIamRoles=[COPY])[0] == "InvalidParameterValue"


def test_a_cluster_has_at_most_50_roles(place: Place) -> None:
    with_roles(place, *(f"{ROLE}r{number}" for number in range(50)))

    assert refused(place, AddIamRoles=[COPY])[0] == "InvalidParameterValue"
    assert len(place.shown()["IamRoles"]) == 50


@pytest.mark.parametrize("counted", [True, False])
def test_roles_being_removed_count_towards_the_quota_or_not(place: Place, counted: bool) -> None:  # noqa: FBT001 the rule's two sides
    with_roles(place, *(f"{ROLE}r{number}" for number in range(50)), removing_roles_count=counted)
    swap = {"AddIamRoles": [COPY], "RemoveIamRoles": [f"{ROLE}r0"]}

    if counted:
        assert refused(place, **swap)[0] == "InvalidParameterValue"
    else:
        assert statuses(change(place, **swap))["copy"] == "adding"


def test_what_is_no_arn_of_a_role_is_refused(place: Place) -> None:
    place.create()

    assert refused(place, AddIamRoles=["copy"])[0] == "InvalidParameterValue"


def create_role(service: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam_backends["123456789012"]["global"].create_role("copy", trust, "/", None, "", [], None)


def test_a_role_that_iam_does_not_know_is_refused_verbatim(place: Place) -> None:
    place.create(knobs={"role_check": "iam"})

    assert refused(place, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)


def test_a_role_that_does_not_trust_redshift_is_refused_verbatim(place: Place) -> None:
    create_role("ec2.amazonaws.com")
    place.create(knobs={"role_check": "iam"})

    assert refused(place, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)


def test_a_role_that_trusts_redshift_is_accepted(place: Place) -> None:
    create_role("redshift.amazonaws.com")
    place.create(knobs={"role_check": "iam"})

    assert statuses(change(place, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_role_may_also_be_taken_unseen(place: Place) -> None:
    place.create(knobs={"role_check": "none"})

    assert statuses(change(place, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_fresh_role_is_refused_until_iam_has_propagated_it(place: Place) -> None:
    place.create(knobs={"role_propagation_delay": "20 seconds"})

    assert refused(place, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)
    place.advance(19)
    assert refused(place, AddIamRoles=[COPY]) == ("InvalidParameterValue", NOT_TRUSTING)
    place.advance(1)
    assert statuses(change(place, AddIamRoles=[COPY])) == {"copy": "adding"}


def test_a_role_can_be_stuck_in_adding_while_others_settle(place: Place) -> None:
    place.create(knobs={"stuck_roles": ["spec*"]})
    change(place, AddIamRoles=[COPY, SPECTRUM])
    place.advance(86_400)

    assert statuses(place.shown()) == {"copy": "in-sync", "spectrum": "adding"}


def test_the_duration_is_that_of_the_knob(place: Place) -> None:
    place.create(knobs={"role_duration": "1 hour"})
    change(place, AddIamRoles=[COPY])

    place.advance(3599)
    assert statuses(place.shown()) == {"copy": "adding"}
    place.advance(1)
    assert statuses(place.shown()) == {"copy": "in-sync"}


def test_a_cluster_can_be_created_with_roles_and_a_default(place: Place) -> None:
    place.create(IamRoles=[COPY], DefaultIamRoleArn=COPY)

    assert statuses(place.shown()) == {"copy": "in-sync"}
    assert place.shown()["DefaultIamRoleArn"] == COPY


def test_another_owner_can_add_a_role_while_the_first_change_settles(place: Place) -> None:
    place.create(knobs={"roles_of_another_owner": ["theirs"]})
    change(place, AddIamRoles=[COPY])
    assert statuses(place.shown()) == {"copy": "adding"}
    place.advance(300)
    assert statuses(place.shown()) == {"copy": "in-sync", "theirs": "in-sync"}

    change(place, RemoveIamRoles=[f"{ROLE}theirs"])
    place.advance(300)
    assert statuses(place.shown()) == {"copy": "in-sync"}, "once"
