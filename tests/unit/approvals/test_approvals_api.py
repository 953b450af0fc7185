"""The approvals' Function URL: HTTP in, HTTP out; every wrong call has its status and its sentence."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.proof import Proof
from steward.domain.approvals.requests import Status, cancellation
from steward.handlers.log import logger
from steward.steps.approvals.approvals_api import MOST_CLOSED
from tests.support.approvals import (
    ANN,
    BOB,
    EVE,
    HASH,
    PROOF,
    RUN,
    WAITING,
    evaluation_of,
    request,
)
from tests.support.approvals_api import ONE, TOKEN, ApiClient
from tests.support.facts import NOW


def test_open_requests_are_listed_first_and_of_the_others_the_newest(client: ApiClient) -> None:
    for number in range(MOST_CLOSED + 5):
        client.store(request(id=f"old-{number}", status=Status.REJECTED))
    client.store(request(id="ended", status=Status.APPROVED, closed_at=NOW))
    client.store()
    status, answer = client.call("GET", "/requests", by=EVE)
    assert status == 200
    assert answer["requests"][0]["id"] == WAITING.id
    assert len(answer["requests"]) == 1 + MOST_CLOSED


def test_one_request_is_shown_with_its_plan(client: ApiClient) -> None:
    client.store()
    status, answer = client.call("GET", ONE)
    assert (status, answer["status"]) == (200, "waiting")
    assert answer["plan"] == {"final_snapshot": "sales-final-20261121"}
    assert (answer["plan_hash"], answer["requested_by"]) == (HASH, ANN)


def test_an_approval_is_recorded_with_who_and_when_and_brought_to_the_run(client: ApiClient) -> None:
    client.store()
    status, answer = client.call("POST", f"{ONE}/approve", {"plan_hash": HASH, "reason": "agreed"})
    assert (status, answer["code"]) == (200, "approved")
    assert answer["message"] == f"approved by {BOB}; the run continues"
    assert answer["request"]["answered_by"] == BOB
    assert answer["request"]["answered_at"] == "2026-11-21T22:00:00Z"
    ((token, what, detail),) = client.tasks.answers
    assert (token, what, detail["approved_by"], detail["reason"]) == (TOKEN, "approved", BOB, "agreed")


def test_a_rejection_fails_the_waiting_task_with_who_when_and_why(client: ApiClient) -> None:
    client.store()
    client.call("POST", f"{ONE}/reject", {"plan_hash": HASH, "reason": "still needed"})
    cause = f"{BOB} rejected it at 2026-11-21T22:00:00Z: still needed"
    assert client.tasks.answers == [(TOKEN, "Rejected", cause)]


def test_a_cancellation_before_the_approval_fails_the_waiting_task(client: ApiClient) -> None:
    client.store()
    status, answer = client.call("POST", f"{ONE}/cancel", by=ANN)
    assert (status, answer["code"]) == (200, "cancelled")
    assert client.tasks.answers == [(TOKEN, "Cancelled", f"{ANN} cancelled it at 2026-11-21T22:00:00Z")]


def test_a_cancellation_after_the_approval_leaves_a_mark_that_the_run_sees(client: ApiClient) -> None:
    client.store(replace(evaluation_of(WAITING).request, delivered=True))
    status, answer = client.call("POST", f"{ONE}/cancel", {"reason": "wait"}, by=ANN)
    assert status == 200
    assert answer["message"] == "the run stops before its next change and puts the cluster back as it was"
    assert cancellation(client.requests.stored[WAITING.id].request).endswith(": wait")
    assert client.tasks.answers == []


def test_repeating_an_answer_brings_what_a_crash_left_undelivered(client: ApiClient) -> None:
    client.store(evaluation_of(WAITING).request)
    for _again in range(2):
        status, answer = client.call("POST", f"{ONE}/approve", {"plan_hash": HASH})
        assert (status, answer["code"]) == (200, "unchanged")
    assert [what for _, what, _ in client.tasks.answers] == ["approved"]


def test_an_answer_that_is_repeated_while_the_first_is_on_its_way_is_no_failure(client: ApiClient) -> None:
    client.store(evaluation_of(WAITING).request)
    succeed, change = client.tasks.succeed, client.requests.change

    def overtaken(token: str, output: Any) -> bool:
        assert succeed(token, output)
        change(WAITING.id, lambda now: replace(now, delivered=True))
        return False

    client.tasks.succeed = overtaken  # type: ignore[method-assign]  # the first answer's last moment
    assert client.call("POST", f"{ONE}/approve", {"plan_hash": HASH})[0] == 200


def test_of_two_answers_at_once_the_slower_is_told_who_was_faster(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.store(request(approvers=()))
    write, rivals = (
        client.requests.write,
        [evaluation_of(request(approvers=()), ResponseType.REJECT, by=EVE).request],
    )

    def after_a_rival(asked: Any, token: str, previous: Any) -> bool:
        while rivals:
            write(rivals.pop(), token, previous)
        return write(asked, token, previous)

    monkeypatch.setattr(client.requests, "write", after_a_rival)
    status, code, sentence = client.refusal("POST", f"{ONE}/approve", {"plan_hash": HASH})
    assert (status, code) == (409, "already_rejected")
    assert sentence.startswith(f"the request was already rejected by {EVE}")
    assert client.tasks.answers == []


@pytest.mark.parametrize(
    ("how", "status", "sentence"),
    [
        ({"by": EVE}, 403, f"{EVE} is not one of the policy's approvers, who are {ANN}, {BOB}"),
        ({"by": ANN}, 403, f"{ANN} requested this deletion. The policy requires a second approver"),
        ({"at": NOW + timedelta(days=3)}, 410, "the request expired at 2026-11-24T21:00:00Z"),
        ({"body": {"plan_hash": "old"}}, 409, 'your answer is for the plan "old"'),
        ({"by": None}, 403, "the call carries no IAM identity; sign it with Signature Version 4"),
    ],
)
def test_a_wrong_answer_is_refused_and_changes_nothing(
    client: ApiClient, how: dict[str, Any], status: int, sentence: str
) -> None:
    client.store()
    refused = client.refusal("POST", f"{ONE}/approve", **{"body": {"plan_hash": HASH}, **how})
    assert refused[0] == status
    assert refused[2].startswith(sentence)
    assert (client.status, client.tasks.answers) == (Status.WAITING, [])


def test_a_run_that_has_ended_hears_no_answer(client: ApiClient) -> None:
    client.store()
    client.aws.run_is_running = False
    assert client.refusal("POST", f"{ONE}/approve", {"plan_hash": HASH})[:2] == (410, "run_ended")
    client.aws.run_is_running = True
    client.tasks.ended.add(TOKEN)
    status, code, sentence = client.refusal("POST", f"{ONE}/approve", {"plan_hash": HASH})
    assert (status, code) == (410, "run_ended")
    assert sentence == "the run one no longer waits for an answer; see its report"
    assert client.status is Status.EXPIRED


def test_who_started_the_run_by_cloudtrails_record_does_not_approve(client: ApiClient) -> None:
    client.store(request(proven=False, requested_by=EVE, requester_person=""))
    client.aws.records = [
        {"responseElements": None},
        {"responseElements": {"executionArn": RUN.arn}, "userIdentity": {"arn": BOB}},
    ]
    assert client.refusal("POST", f"{ONE}/approve", {"plan_hash": HASH})[:2] == (403, "own_request")
    ((name, since, until),) = client.aws.looked_up
    assert name == "StartExecution"
    assert since < WAITING.started_at < until
    assert client.call("POST", f"{ONE}/approve", {"plan_hash": HASH}, by=ANN)[0] == 200
    approved = client.requests.stored[WAITING.id].request
    assert (approved.started_by, approved.requester_person) == (BOB, BOB)


def test_nobody_approves_while_cloudtrail_cannot_be_queried(client: ApiClient) -> None:
    client.store(request(proven=False, requester_person=""))
    client.aws.cloudtrail_fails = True
    status, code, sentence = client.refusal("POST", f"{ONE}/approve", {"plan_hash": HASH})
    assert (status, code) == (503, "requester_unknown")
    assert sentence.startswith("the policy requires a second approver, and who requested this is unknown")
    assert client.call("POST", f"{ONE}/cancel")[0] == 200


def test_a_request_that_is_not_there_is_named(client: ApiClient) -> None:
    for method, path in (("GET", "/requests/x"), ("POST", "/requests/x/cancel")):
        status, code, sentence = client.refusal(method, path)
        assert (status, code) == (404, "no_such_request")
        assert sentence == 'there is no request "x"; list them to see their ids'


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("DELETE", "/requests"), ("GET", f"{ONE}/approve")]
)
def test_a_route_that_is_not_there_says_which_there_are(client: ApiClient, method: str, path: str) -> None:
    status, code, sentence = client.refusal(method, path)
    assert (status, code) == (404, "no_such_route")
    assert sentence.startswith(f"there is no {method} {path}; there is GET /requests, ")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "the body must be JSON: "),
        ([], "the body must be a JSON object with the keys plan_hash, reason"),
        ({}, "plan_hash: is missing; it is the hash of the plan that the answer is about"),
        ({"plan_hash": 1}, "plan_hash: must be a string"),
        ({"plan_hsh": HASH}, '"plan_hsh" is not a key of the body (did you mean "plan_hash"?); allowed keys'),
        ({"zzz": 1}, '"zzz" is not a key of the body; allowed keys are plan_hash, reason'),
        ({"plan_hash": HASH, "by": EVE}, '"by" is not a key of the body; allowed keys are plan_hash, reason'),
        ({"plan_hash": HASH, "reason": "x" * 1001}, "reason: must have at most 1000 characters, but it has"),
    ],
)
def test_a_body_that_can_not_be_understood_names_the_field(
    client: ApiClient, body: Any, sentence: str
) -> None:
    client.store()
    status, code, error = client.refusal("POST", f"{ONE}/approve", body)
    assert (status, code) == (400, "bad_input")
    assert error.startswith(sentence)
    assert client.status is Status.WAITING


def test_a_body_may_come_encoded(client: ApiClient) -> None:
    client.store()
    body = base64.b64encode(json.dumps({"plan_hash": HASH, "proof": PROOF}).encode()).decode()
    assert client.call("POST", f"{ONE}/reject", body, isBase64Encoded=True)[0] == 200
    status, _, sentence = client.refusal("POST", f"{ONE}/reject", "/w==", isBase64Encoded=True)
    assert (status, sentence) == (400, "the body must be UTF-8 text")


def test_a_deletion_is_asked_for_in_the_callers_name(client: ApiClient) -> None:
    request_body = {"clusters": ["sales"], "reason": "moved to sales-2"}
    status, answer = client.call("POST", "/requests", request_body, by=ANN)
    name = f"requested-{Proof(**PROOF).id}"
    execution = f"{RUN.arn.rpartition(':')[0]}:{name}"
    assert (status, answer) == (200, {"run": name, "execution": execution, "requested_by": ANN})
    (started,) = client.aws.started
    assert started["name"] == name
    assert json.loads(started["input"]) == request_body | {"requested_by": ANN}
    assert client.requests.requester_of(execution) == (ANN, "AKIABOB")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "clusters: is missing; name the clusters to be deleted"),
        ({"clusters": ["a"]}, "reason: is missing; it is why the clusters are to be deleted"),
        ({"clusters": "a", "reason": "r"}, "clusters: must be a list of cluster identifiers"),
        ({"clusters": [], "reason": "r"}, "clusters: is an empty list"),
        ({"clusters": ["a"], "reason": "r", "requested_by": EVE}, '"requested_by" is not a key of the body'),
    ],
)
def test_a_request_with_a_wrong_body_starts_nothing(client: ApiClient, body: Any, sentence: str) -> None:
    status, _, error = client.refusal("POST", "/requests", body)
    assert status == 400
    assert error.startswith(sentence)
    assert (client.aws.started, client.requests.requesters) == ([], {})


def test_where_nobody_has_to_approve_a_request_starts_nothing(client: ApiClient) -> None:
    client.approval.required = False
    body = {"clusters": ["sales"], "reason": "r"}
    assert client.refusal("POST", "/requests", body)[:2] == (403, "approval_not_required")
    assert (client.aws.started, client.requests.requesters) == ([], {})


def test_who_answered_is_logged_but_neither_token_nor_body(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)
    client.store()
    client.call("POST", f"{ONE}/approve", {"plan_hash": HASH, "reason": "a secret reason"})
    client.refusal("POST", f"{ONE}/reject", {"plan_hash": HASH})
    answered, refused = map(json.loads, log.getvalue().splitlines())
    assert (answered["caller"], answered["code"]) == (BOB, "approved")
    assert (refused["path"], refused["code"]) == (f"{ONE}/reject", "already_approved")
    assert TOKEN not in log.getvalue()
    assert "a secret reason" not in log.getvalue()
