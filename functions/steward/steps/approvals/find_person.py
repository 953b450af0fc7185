"""Who stands behind a request: from an execution, a tag or a session back to a person, by CloudTrail.

Every way that ends without a person ends with what to do; time alone makes nobody known.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from steward.adapters.cloudtrail import LOOK_UP_FAILURES, Trail
from steward.domain.approvals.evaluate import Refusal
from steward.domain.approvals.identity import identity
from steward.domain.approvals.persons import (
    LONGEST_CHAIN,
    NO_PERSON,
    Principal,
    began_session,
    has_set_tag,
    has_started,
    person_of,
    principal_in,
    session_source,
    tag_value,
)
from steward.domain.approvals.requests import SCHEDULE, Request
from steward.domain.deprovision.nomination import TAG
from steward.domain.errors import StewardError
from steward.domain.moments import parse_moment

CLOCK_SKEW = timedelta(seconds=10)
"""Largest assumed difference between the clocks of CloudTrail and Step Functions."""

LONGEST_SESSION = timedelta(hours=12)
"""IAM user guide, "Using IAM roles": the longest session of a role."""

EVENT_HISTORY = timedelta(days=90)

REQUEST_INSTEAD = "reject it, and have the person who wants the deletion ask for it with `steward request`"


class UnknownPersonError(Exception):
    """Nobody is found; the text is a sentence with what to do."""


@dataclass(frozen=True)
class FoundPerson:
    """The person behind a caller, or the refusal that says why there is none; ``arn`` is the caller's."""

    person: str = ""
    arn: str = ""
    refusal: Refusal | None = None


def find_requester(request: Request, trail: Trail, now: datetime) -> FoundPerson:
    """Who wants the deletion: the proven requester, who set the tag, or who started the run."""
    try:
        who = _first_caller(request, trail, now)
        return FoundPerson(_person_behind(who, request, trail, now), who.arn)
    except UnknownPersonError as error:
        return FoundPerson(refusal=Refusal("requester_unknown", HTTPStatus.CONFLICT, str(error)))
    except LOOK_UP_FAILURES as error:
        return FoundPerson(refusal=_unavailable("who requested this", error))


def find_approver(arn: str, access_key: str, request: Request, trail: Trail, now: datetime) -> FoundPerson:
    """The person who answers: a role's session counts as one only by its source identity or as federated."""
    who = Principal(arn, access_key)
    person = person_of(who, request.federated_roles)
    if person or identity(arn).kind != "assumed-role":
        return FoundPerson(person, arn)
    try:
        record = _beginning(who, trail, now)
    except UnknownPersonError:
        return FoundPerson("", arn)
    except LOOK_UP_FAILURES as error:
        return FoundPerson("", arn, _unavailable("whether your session has a source identity", error))
    return FoundPerson(session_source(record), arn)


def _first_caller(request: Request, trail: Trail, now: datetime) -> Principal:
    if request.proven:
        return Principal(request.requested_by, request.requester_key)
    if request.requested_by == SCHEDULE:
        return _who_set_the_tag(request, trail, now)
    since, until = request.started_at - CLOCK_SKEW, request.started_at + CLOCK_SKEW
    record = trail.first("StartExecution", since, until, lambda each: has_started(each, request.execution))
    if record is None:
        raise UnknownPersonError(
            "CloudTrail does not show who started this run, and the policy requires a second approver; "
            f"answer again in some minutes, or {REQUEST_INSTEAD}"
        )
    return principal_in(record)


def _who_set_the_tag(request: Request, trail: Trail, now: datetime) -> Principal:
    arn, created = str(request.plan.get("arn", "")), str(request.plan.get("created_at", ""))
    since = max(now - EVENT_HISTORY, parse_moment(created)) if created else now - EVENT_HISTORY
    record = trail.first("CreateTags", since, now, lambda each: has_set_tag(each, arn, TAG))
    if record is None or tag_value(record, TAG) != request.nominated_by_tag:
        raise UnknownPersonError(
            f"CloudTrail does not show who set the tag {TAG} to its value, and the policy requires a second "
            f"approver; answer again in some minutes if it was set just now, or {REQUEST_INSTEAD}"
        )
    return principal_in(record)


def _person_behind(who: Principal, request: Request, trail: Trail, now: datetime) -> str:
    """Follow sessions back to who assumed their roles."""
    first = who
    for _ in range(LONGEST_CHAIN):
        if person := person_of(who, request.federated_roles):
            return person
        if identity(who.arn).kind != "assumed-role" or not who.access_key:
            break
        record = _beginning(who, trail, now)
        if source := session_source(record):
            return source
        who = principal_in(record)
    raise UnknownPersonError(_no_person_behind(first, who))


def _beginning(who: Principal, trail: Trail, now: datetime) -> dict[str, object]:
    """The record of the AssumeRole that began a session."""
    for record in trail.about(who.access_key, now - EVENT_HISTORY, now) if who.access_key else ():
        if began_session(record, who.access_key):
            return record
    raise UnknownPersonError(_no_person_behind(who, who))


def _no_person_behind(first: Principal, last: Principal) -> str:
    behind = "" if first == last else f", behind whom is {last.described}"
    return (
        f"{first.described} requested this{behind}: that is no person, and the policy requires a second "
        f"approver; {REQUEST_INSTEAD} ({NO_PERSON})"
    )


def _unavailable(what: str, error: StewardError) -> Refusal:
    sentence = f"the policy requires a second approver, and {what} is unknown; try again: {error}"
    return Refusal("requester_unknown", HTTPStatus.SERVICE_UNAVAILABLE, sentence)


def with_requester(request: Request, found: FoundPerson) -> Request:
    """The request with what was found of its requester."""
    started_by = "" if request.proven else found.arn
    return replace(request, started_by=started_by or request.started_by, requester_person=found.person)
