"""Requests in the ledger: of two who write one wins, the token stays inside, and tasks hear the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from steward.adapters.approvals import DeprovisionRuns, WaitingTasks
from steward.adapters.cloudtrail import CloudTrailUnavailable, Trail
from steward.adapters.ledger.requests import NO_REQUEST, RECENT, Requests, StoredRequest
from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.requests import Status, cancellation
from tests.adapters.runs import REGION
from tests.support.approvals import ANN, BOB, RUN, WAITING, evaluation_of, request
from tests.support.facts import NOW

TOKEN = "a-token-that-nobody-sees"
APPROVED = replace(evaluation_of(WAITING).request, delivered=True)
STOPPING = evaluation_of(APPROVED, ResponseType.CANCEL, reason="still needed").request
MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:deprovision"


@pytest.fixture
def requests(table: Any) -> Requests:
    """The requests in an empty ledger."""
    return Requests(table)


def stored(requests: Requests, name: str = WAITING.id) -> StoredRequest:
    found = requests.find(name)
    assert found is not None
    return found


def stubbed(service: str) -> tuple[Any, Stubber]:
    client = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]  # the name is a variable
    return client, Stubber(client)


def test_a_request_comes_back_as_it_was_written(requests: Requests) -> None:
    assert requests.find(WAITING.id) is None
    assert requests.write(STOPPING, TOKEN, None)
    found = stored(requests)
    assert (found.request, found.token) == (STOPPING, TOKEN)


def test_a_token_is_not_printed(requests: Requests) -> None:
    requests.write(WAITING, TOKEN, None)
    assert TOKEN not in repr(stored(requests))
    assert TOKEN not in repr(stored(requests).request)


def test_of_two_who_answer_at_once_one_wins(requests: Requests) -> None:
    requests.write(WAITING, TOKEN, None)
    ann, bob = stored(requests), stored(requests)
    assert requests.write(evaluation_of(WAITING, ResponseType.REJECT).request, ann.token, ann)
    assert not requests.write(evaluation_of(WAITING).request, bob.token, bob)
    assert stored(requests).request.status is Status.REJECTED


def test_a_request_is_opened_once(requests: Requests) -> None:
    assert requests.write(WAITING, TOKEN, None)
    assert not requests.write(replace(WAITING, plan_hash="another"), "another", None)


def test_a_change_survives_others_that_come_first(
    requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests.write(WAITING, TOKEN, None)
    find, rivals = requests.find, [evaluation_of(WAITING).request]

    def after_a_rival(name: str) -> StoredRequest | None:
        found = find(name)
        while rivals:
            requests.write(rivals.pop(), TOKEN, found)
        return found

    monkeypatch.setattr(requests, "find", after_a_rival)
    changed = requests.change(WAITING.id, lambda now: replace(now, delivered=True))
    assert changed is not None
    assert (changed.request.status, changed.request.delivered) == (Status.APPROVED, True)
    monkeypatch.undo()
    assert stored(requests) == changed


def test_requests_are_listed_newest_day_first_and_old_ones_not_at_all(requests: Requests) -> None:
    old = f"{NOW - RECENT - timedelta(days=1):%Y%m%d}-old-0"
    for name in ("20261120-b-2", "20261121-a-1", old):
        requests.write(request(id=name), TOKEN, None)
    requests.record_requester(RUN.arn, ANN, "AKIAANN", NOW)
    assert [each.id for each in requests.recent(NOW)] == ["20261121-a-1", "20261120-b-2"]


def test_a_list_that_is_longer_than_a_page_is_whole(requests: Requests, monkeypatch: Any) -> None:
    for number in range(3):
        requests.write(request(id=f"20261121-a-{number}"), TOKEN, None)
    query = requests._table.query
    monkeypatch.setattr(requests._table, "query", lambda **asked: query(Limit=1, **asked))
    assert len(requests.recent(NOW)) == 3


def test_a_run_hears_that_it_was_cancelled(requests: Requests) -> None:
    requests.write(APPROVED, TOKEN, None)
    assert cancellation(stored(requests).request) == ""
    requests.write(STOPPING, TOKEN, stored(requests))
    sentence = f"{BOB} cancelled it at 2026-11-21T22:00:00Z: still needed"
    assert cancellation(stored(requests).request) == sentence


def test_the_delete_call_and_a_cancellation_exclude_each_other(requests: Requests) -> None:
    requests.write(APPROVED, TOKEN, None)
    assert requests.commit(RUN, "sales", NOW) == ""
    assert requests.commit(RUN, "sales", NOW) == ""
    assert evaluation_of(stored(requests).request, ResponseType.CANCEL).code == "deletion_started"
    requests.retract(RUN, "sales")
    cancelled = evaluation_of(stored(requests).request, ResponseType.CANCEL).request
    requests.write(cancelled, TOKEN, stored(requests))
    assert requests.commit(RUN, "sales", NOW).startswith(f"{BOB} cancelled it at ")
    assert stored(requests).request.committed_at is None


def test_without_an_approval_there_is_no_delete_call(requests: Requests) -> None:
    assert requests.commit(RUN, "sales", NOW) == NO_REQUEST
    requests.write(WAITING, TOKEN, None)
    assert requests.commit(RUN, "sales", NOW) == "its approval request is waiting"


def test_a_run_closes_its_request(requests: Requests) -> None:
    requests.close(RUN, "sales", NOW, "expired")
    requests.write(WAITING, TOKEN, None)
    requests.close(RUN, "sales", NOW, "expired")
    requests.close(RUN, "sales", NOW + timedelta(hours=1), "deleted")
    done = stored(requests).request
    assert (done.status, done.outcome, done.closed_at) == (Status.EXPIRED, "expired", NOW)


def test_for_whom_a_run_was_started_is_kept(requests: Requests) -> None:
    assert requests.requester_of(RUN.arn) == ("", "")
    requests.record_requester(RUN.arn, ANN, "AKIAANN", NOW)
    assert requests.requester_of(RUN.arn) == (ANN, "AKIAANN")


def test_a_waiting_task_succeeds_with_an_output_or_fails_with_an_error() -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_response("send_task_success", {}, {"taskToken": TOKEN, "output": '{"a": 1}'})
    stub.add_response("send_task_failure", {}, {"taskToken": TOKEN, "error": "Rejected", "cause": "no"})
    with stub:
        assert WaitingTasks(client).succeed(TOKEN, {"a": 1})
        assert WaitingTasks(client).fail(TOKEN, "Rejected", "no")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_task_that_waits_no_longer_is_no_crash(code: str) -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_client_error("send_task_success", code)
    stub.add_client_error("send_task_failure", code)
    with stub:
        assert not WaitingTasks(client).succeed(TOKEN, {})
        assert not WaitingTasks(client).fail(TOKEN, "Rejected", "no")


def test_a_run_is_started_under_a_name_that_is_known_before() -> None:
    client, stub = stubbed("stepfunctions")
    started = {"executionArn": f"{MACHINE}:one", "startDate": NOW}
    asked = {"stateMachineArn": MACHINE, "name": "one", "input": '{"clusters": ["a"]}'}
    stub.add_response("start_execution", started, asked)
    with stub:
        DeprovisionRuns(client, MACHINE).start("one", {"clusters": ["a"]})
    assert DeprovisionRuns(client, MACHINE).execution("one") == RUN.arn


def test_cloudtrails_records_are_read_page_by_page() -> None:
    client, stub = stubbed("cloudtrail")
    asked = {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "StartExecution"}],
        "StartTime": NOW,
        "EndTime": NOW + timedelta(minutes=1),
    }
    for number, token in enumerate(("more", None)):
        events = [{"CloudTrailEvent": json.dumps({"eventID": str(number)})}]
        next_page = {"NextToken": token} if token else {}
        stub.add_response("lookup_events", {"Events": events, **next_page}, asked)
        asked = {**asked, **next_page}
    with stub:
        found = Trail(client).calls("StartExecution", NOW, NOW + timedelta(minutes=1))
    assert [each["eventID"] for each in found] == ["0", "1"]


def test_a_cloudtrail_that_refuses_says_why() -> None:
    client, stub = stubbed("cloudtrail")
    stub.add_client_error("lookup_events", "AccessDeniedException", "an SCP says no")
    with (
        stub,
        pytest.raises(
            CloudTrailUnavailable, match=r"^CloudTrail cannot be queried for Start.* an SCP says no"
        ),
    ):
        Trail(client).calls("StartExecution", NOW, NOW)
