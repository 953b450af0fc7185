"""Who is a person, and who stands behind a request: nobody approves what may be their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.adapters.cloudtrail import CloudTrailUnavailable
from steward.domain.approvals.evaluate import Response, ResponseType, evaluate, needs_two_persons
from steward.domain.approvals.persons import Principal, person_of, principal_in, session_source
from steward.domain.approvals.requests import SCHEDULE, UNKNOWN, Request
from steward.domain.deprovision.nomination import TAG
from steward.steps.approvals.find_person import (
    REQUEST_INSTEAD,
    find_approver,
    find_requester,
    with_requester,
)
from tests.support.approvals import ACCOUNT, ANN, BOB, HASH, RUN, request
from tests.support.facts import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LATER = NOW + timedelta(hours=1)
CLUSTER_ARN = f"arn:aws:redshift:eu-central-1:{ACCOUNT}:cluster:sales"
DBA = f"arn:aws:iam::{ACCOUNT}:role/dba"
SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_DBA_0123456789abcdef/bob@example.com"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANYBODY: dict[str, Any] = {"approvers": ()}


def session(role: str, name: str) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


class FakeTrail:
    """CloudTrail with these records, the latest first."""

    def __init__(self, *records: dict[str, Any], fails: bool = False) -> None:
        self.records = records
        self.fails = fails
        self.asked: list[str] = []

    def first(self, name: str, since: datetime, until: datetime, fits: Callable[[Any], bool]) -> Any:
        """As `Trail.first`."""
        assert since < until
        return next((each for each in self._named(name) if fits(each)), None)

    def about(self, resource: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """As `Trail.about`."""
        assert since < until
        return [each for each in self._named("AssumeRole") if resource in str(each)]

    def _named(self, name: str) -> list[dict[str, Any]]:
        self.asked.append(name)
        if self.fails:
            raise CloudTrailUnavailable("it is throttled")
        return [each for each in self.records if each["eventName"] == name]


def who(arn: str, key: str = "", **more: Any) -> dict[str, Any]:
    return {"arn": arn, "accessKeyId": key, **more}


def started(by: dict[str, Any]) -> dict[str, Any]:
    answer = {"executionArn": RUN.arn}
    return {"eventName": "StartExecution", "userIdentity": by, "responseElements": answer}


def tagged(by: dict[str, Any], value: str = "2026-11-21", **more: Any) -> dict[str, Any]:
    tags = [{"key": "team", "value": "x"}, {"key": TAG, "value": value}]
    return {
        "eventName": "CreateTags",
        "eventSource": "redshift.amazonaws.com",
        "userIdentity": by,
        "requestParameters": {"resourceName": CLUSTER_ARN, "tags": tags},
        **more,
    }


def assumed(key: str, by: dict[str, Any], source: str = "") -> dict[str, Any]:
    answer = {"credentials": {"accessKeyId": key}} | ({"sourceIdentity": source} if source else {})
    return {"eventName": "AssumeRole", "userIdentity": by, "responseElements": answer}


def nominated(**changes: Any) -> Request:
    """A request that the daily schedule made because of the cluster's tag."""
    return request(
        proven=False,
        requester_person="",
        requested_by=SCHEDULE,
        nominated_by_tag="2026-11-21",
        plan={"arn": CLUSTER_ARN, "created_at": "2026-01-01T00:00:00Z"},
        **ANYBODY,
        **changes,
    )


def proven(by: str, key: str = "", **changes: Any) -> Request:
    """A request that the Function URL took from ``by``."""
    return request(requested_by=by, requester_key=key, requester_person="", **ANYBODY, **changes)


def direct(**changes: Any) -> Request:
    """A request of a run that somebody started past the Function URL."""
    return request(proven=False, requested_by=UNKNOWN, requester_person="", **ANYBODY, **changes)


def approval(asked: Request, by: str, trail: FakeTrail, key: str = "") -> str:
    """The code of what an approval comes to, as the API finds it."""
    lookup: Any = trail
    assert needs_two_persons(asked, ResponseType.APPROVE)
    approver = find_approver(by, key, asked, lookup, LATER)
    requester = find_requester(asked, lookup, LATER)
    response = Response(
        ResponseType.APPROVE,
        by,
        LATER,
        HASH,
        person=approver.person,
        refusal=approver.refusal or requester.refusal,
    )
    return evaluate(with_requester(asked, requester), response).code


def test_one_person_is_not_four_eyes_by_setting_the_tag_that_nominates() -> None:
    trail = FakeTrail(tagged(who(BOB)))
    assert approval(nominated(), BOB, trail) == "own_request"
    assert approval(nominated(), ANN, trail) == "approved"


def test_one_person_is_not_four_eyes_as_a_user_and_a_session_under_another_name() -> None:
    for asked in (proven(BOB), direct()):
        trail = FakeTrail(started(who(BOB)), assumed("ASIA1", who(BOB)))
        assert approval(asked, session("dba", "carol"), trail, "ASIA1") == "not_a_person"


def test_one_person_is_not_four_eyes_as_sessions_of_two_roles() -> None:
    trail = FakeTrail(assumed("ASIA1", who(BOB)), assumed("ASIA2", who(BOB)))
    asked = proven(session("ops", "nightly"), "ASIA1")
    assert approval(asked, session("dba", "carol"), trail, "ASIA2") == "not_a_person"


def test_one_person_is_not_four_eyes_by_requesting_through_a_role() -> None:
    chain = FakeTrail(
        assumed("ASIA2", who(session("dba", "x"), "ASIA1")),
        assumed("ASIA1", who(BOB)),
    )
    asked = proven(session("ops", "nightly"), "ASIA2")
    assert approval(asked, BOB, chain) == "own_request"
    assert approval(asked, ANN, chain) == "approved"


@pytest.mark.parametrize(
    "starter",
    [
        who(session("scheduler", "s"), "ASIA9", invokedBy="scheduler.amazonaws.com"),
        who(session("lambda-role", "f"), "ASIA9"),
        who(session("states", "s"), "", invokedBy="states.amazonaws.com"),
        who("", invokedBy="events.amazonaws.com"),
        who(ROOT),
    ],
)
def test_one_person_is_not_four_eyes_by_having_a_service_start_the_run(starter: dict[str, Any]) -> None:
    by_a_service = assumed("ASIA9", {"type": "AWSService", "invokedBy": "scheduler.amazonaws.com"})
    for trail in (FakeTrail(started(starter)), FakeTrail(started(starter), by_a_service)):
        found = find_requester(direct(), trail, LATER)  # type: ignore[arg-type] # a fake
        assert found.refusal is not None
        assert "ask for it with `steward request`" in found.refusal.sentence
        assert approval(direct(), BOB, trail) == "requester_unknown"


def test_one_person_is_not_four_eyes_by_waiting_for_cloudtrail() -> None:
    for days in (0, 1, 80):
        asked = direct(started_at=NOW - timedelta(days=days))
        assert approval(asked, BOB, FakeTrail()) == "requester_unknown"
        assert approval(nominated(), BOB, FakeTrail()) == "requester_unknown"


def test_a_tag_with_another_value_than_the_latest_record_has_an_unknown_setter() -> None:
    old = tagged(who(ANN), "2027-01-01")
    foreign = [
        tagged(who(ANN), eventSource="ec2.amazonaws.com"),
        tagged(who(ANN), errorCode="AccessDenied"),
        tagged(who(ANN), requestParameters={"resourceName": CLUSTER_ARN, "tags": []}),
        tagged(who(ANN), requestParameters={"resourceName": "another", "tags": []}),
    ]
    for records in ([old], foreign):
        assert approval(nominated(), BOB, FakeTrail(*records)) == "requester_unknown"
    unknown_age = replace(nominated(), plan={"arn": CLUSTER_ARN})
    assert approval(unknown_age, BOB, FakeTrail(tagged(who(ANN)))) == "approved"


def test_an_unknown_requester_is_told_what_to_do_instead() -> None:
    for asked in (direct(), nominated()):
        refusal = find_requester(asked, FakeTrail(), NOW).refusal
        assert refusal is not None
        assert refusal.sentence.endswith(REQUEST_INSTEAD)


def test_what_cloudtrail_cannot_say_now_approves_nothing() -> None:
    silent = FakeTrail(fails=True)
    assert approval(direct(), BOB, silent) == "requester_unknown"
    assert approval(proven(ANN), session("dba", "bob"), silent, "ASIA1") == "requester_unknown"


def test_persons_need_no_look_up() -> None:
    trail = FakeTrail(fails=True)
    for approver in (BOB, SSO):
        assert approval(proven(ANN), approver, trail) == "approved"
    assert approval(proven(BOB), SSO, trail) == "own_request"
    assert trail.asked == []


def test_a_session_with_a_source_identity_is_that_person() -> None:
    trail = FakeTrail(assumed("ASIA1", who(BOB), source="bob"))
    approver = session("dba", "whatever")
    assert approval(proven(ANN), approver, trail, "ASIA1") == "approved"
    assert approval(proven(BOB), approver, trail, "ASIA1") == "own_request"
    assert approval(proven(approver, "ASIA1"), BOB, trail) == "own_request"
    with_source = who(session("ops", "x"), sessionContext={"sourceIdentity": "bob"})
    assert approval(direct(), BOB, FakeTrail(started(with_source))) == "own_request"
    assert session_source({"requestParameters": {"sourceIdentity": "ann"}}) == "ann"


def test_a_session_of_a_federated_role_is_the_person_whom_the_identity_provider_names() -> None:
    trail = FakeTrail()
    federated = {"federated_roles": (DBA,)}
    ann, bob = session("dba", "ann"), session("dba", "bob")
    assert approval(proven(ann, **federated), bob, trail) == "approved"
    assert approval(proven(bob, **federated), bob, trail) == "own_request"
    assert approval(proven(BOB, **federated), bob, trail) == "own_request"
    assert approval(proven(ann, **federated), session("ops", "bob"), trail) == "not_a_person"


@pytest.mark.parametrize("nobody", [ROOT, f"arn:aws:sts::{ACCOUNT}:federated-user/x", ""])
def test_root_and_sessions_of_any_name_are_no_persons(nobody: str) -> None:
    assert person_of(Principal(nobody), (DBA,)) == ""
    assert approval(proven(ANN), nobody, FakeTrail()) == "not_a_person"
    assert approval(proven(nobody), BOB, FakeTrail()) == "requester_unknown"


def test_a_chain_of_sessions_is_followed_only_so_far() -> None:
    endless = assumed("ASIA1", who(session("dba", "x"), "ASIA1"))
    assert approval(proven(session("dba", "x"), "ASIA1"), BOB, FakeTrail(endless)) == "requester_unknown"


def test_a_record_without_an_identity_names_nobody() -> None:
    assert principal_in({}) == Principal()
    assert Principal().described == "an AWS service"
