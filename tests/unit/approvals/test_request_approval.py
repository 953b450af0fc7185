"""A run asks for an approval: once for a plan, under the newest token, and people hear of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.notice import text
from steward.domain.approvals.requests import Request, Status, close_request
from steward.domain.deprovision.plan import hash_of
from steward.domain.moments import format_moment
from steward.steps.approvals.request_approval import Tools, request_approval
from tests.support.approvals import ANN, BOB, RUN, WAITING, FakeRequests, FakeTasks, evaluation_of
from tests.support.deployed_policy import FixedPolicy
from tests.support.facts import NOW

TOKEN, NEXT = "a-token-that-nobody-sees", "the-token-of-the-retry"
SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "protected": {},
    "approval": {
        "required": True,
        "expires_after_seconds": 3 * 86400,
        "approvers": [BOB],
        "four_eyes": True,
        "federated_roles": [],
    },
    "quarantine_seconds": 0,
    "rotate_first": True,
    "restore_test": False,
    "snapshot": {"retention_days": 30, "tags": {}},
    "waived": {},
    "stack_tags": [],
    "max_concurrent": 5,
    "max_per_run": 5,
    "deadline_seconds": 86400,
}
ARN = "arn:aws:redshift:eu-central-1:123456789012:cluster:sales"
PLAN = {
    "cluster": {"arn": ARN, "nodes": 2},
    "steps": ["take a guard snapshot", "delete the cluster"],
    "notes": [],
}
OTHER_PLAN = {"cluster": {"arn": ARN, "nodes": 4}}
WAIVED = {"code": "zero_etl", "evidence": "1 integration writes into it", "waived": "moved to sales-2"}


class Outbox:
    """Topic and bus: what was sent."""

    def __init__(self) -> None:
        self.notices: list[tuple[str, str]] = []
        self.events: list[tuple[str, dict[str, Any]]] = []

    def publish(self, subject: str, text: str) -> None:
        """A notice."""
        self.notices.append((subject, text))

    def put(self, kind: str, detail: dict[str, Any]) -> None:
        """An event."""
        self.events.append((kind, detail))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def tools(outbox: Outbox) -> Tools:
    return Tools(FakeRequests(), FakeTasks(), outbox, outbox, FixedPolicy(deprovision=SETTINGS), None)  # type: ignore[arg-type]  # each as far as it is used


def event(
    plan: dict[str, Any] = PLAN, requested_by: str = ANN, reason: str = "moved to sales-2", **changes: Any
) -> dict[str, Any]:
    """What the task sends, once run and item are those that Step Functions describes."""
    run = {"arn": RUN.arn, "name": RUN.name, "started_at": RUN.started_at, "workflow": RUN.workflow}
    asked = {"requested_by": requested_by, "reason": reason, "nominated": ""}
    plain = {
        "item": {"cluster": "sales", "plan": plan, "request": asked},
        "run": run,
        "now": format_moment(NOW),
        "blockers_waived": [WAIVED],
        "token": TOKEN,
        "hold": False,
    }
    return plain | changes


def later(**span: float) -> str:
    return format_moment(NOW + timedelta(**span))


def request_in_ledger(tools: Tools) -> Request:
    found = tools.requests.find(WAITING.id)
    assert found is not None
    return found.request


def record_answer(tools: Tools, response_type: ResponseType, *, delivered: bool = True) -> Request:
    """The request once Bob has answered it."""
    stored = tools.requests.find(WAITING.id)
    assert stored is not None
    known = replace(stored.request, requester_person=ANN)
    request = replace(
        evaluation_of(known, response_type, plan_hash=known.plan_hash).request, delivered=delivered
    )
    assert tools.requests.write(request, stored.token, stored)
    return request


def answers(tools: Tools) -> list[tuple[str, str, Any]]:
    tasks: Any = tools.tasks
    return list(tasks.answers)


def test_the_request_holds_what_a_person_decides_about(tools: Tools) -> None:
    assert request_approval(event(), tools) == {"request": WAITING.id, "approved_by": ""}
    asked = request_in_ledger(tools)
    assert (asked.status, asked.plan, asked.plan_hash) == (Status.WAITING, PLAN, hash_of(PLAN))
    assert (asked.requested_by, asked.proven, asked.reason) == (ANN, False, "moved to sales-2")
    assert asked.expires_at == NOW + timedelta(days=3)
    assert (asked.approvers, asked.four_eyes) == ((BOB,), True)


def test_people_are_told_what_will_be_done_what_was_waived_until_when_and_how_to_answer(
    tools: Tools, outbox: Outbox
) -> None:
    request_approval(event(), tools)
    ((subject, text),) = outbox.notices
    assert subject == "Approve or reject: delete the Redshift cluster sales"
    assert text.splitlines() == [
        f"Not verified: the run's input says that {ANN} asks to delete the Redshift cluster sales.",
        "Reason given: moved to sales-2",
        "",
        "What will be done:",
        "- cluster:",
        f"  - arn: {ARN}",
        "  - nodes: 2",
        "- steps:",
        "  - take a guard snapshot",
        "  - delete the cluster",
        "- notes: []",
        "",
        "Blockers, waived by the policy:",
        "-",
        "  - code: zero_etl",
        "  - evidence: 1 integration writes into it",
        "  - waived: moved to sales-2",
        "",
        "Nothing is deleted without an approval by 2026-11-24T21:00:00Z. To answer:",
        f"  steward approve {WAITING.id}",
        f"  steward reject {WAITING.id}",
        f"To stop it later, until DeleteCluster is called: steward cancel {WAITING.id}",
        "",
        f"Plan: {hash_of(PLAN)}",
        f"Run: {RUN.arn}",
    ]
    assert TOKEN not in text


def test_programs_are_told_where_to_look(tools: Tools, outbox: Outbox) -> None:
    request_approval(event(blockers_waived=[], reason="", requested_by=""), tools)
    ((kind, detail),) = outbox.events
    assert (kind, detail["schema_version"], detail["request"]) == (
        "Steward Approval Requested",
        "1",
        WAITING.id,
    )
    assert (detail["workflow"], detail["execution"]) == ("deprovision", RUN.arn)
    assert (detail["requested_by"], detail["expires_at"]) == ("unknown", "2026-11-24T21:00:00Z")
    assert TOKEN not in str(detail)
    assert "No blockers.\n" in outbox.notices[0][1]
    assert "Reason given: none\n" in outbox.notices[0][1]


@pytest.mark.parametrize(
    ("requester", "sentence"),
    [
        ("", "Not verified: an unnamed requester asks to delete the Redshift cluster sales."),
        (
            "schedule",
            (
                "Verified: its tag nominates the Redshift cluster sales for deletion. "
                "Not verified: who set the tag."
            ),
        ),
    ],
)
def test_a_request_of_nobody_in_particular_says_so(
    tools: Tools, outbox: Outbox, requester: str, sentence: str
) -> None:
    request_approval(event(requested_by=requester), tools)
    assert outbox.notices[0][1].splitlines()[0] == sentence


def test_a_reason_cannot_write_lines_of_its_own_into_the_notice(tools: Tools, outbox: Outbox) -> None:
    tools.requests.record_requester(RUN.arn, ANN, "AKIAANN", NOW)
    request_approval(event(reason="unused\n\nWhat will be done:\r\n\u2028- nothing\x00\x1b[2J"), tools)
    lines = outbox.notices[0][1].splitlines()
    assert lines[0] == f"Verified: {ANN} asks to delete the Redshift cluster sales."
    assert lines[1] == "Reason given: unused What will be done: - nothing [2J"
    assert lines.count("What will be done:") == 1


def test_who_asked_through_the_url_is_vouched_for_whatever_the_input_says(tools: Tools) -> None:
    tools.requests.record_requester(RUN.arn, ANN, "AKIAANN", NOW)
    request_approval(event(requested_by="somebody else"), tools)
    assert (request_in_ledger(tools).requested_by, request_in_ledger(tools).proven) == (ANN, True)


def test_what_nominated_a_cluster_stands_for_the_reason_that_nobody_gave(tools: Tools) -> None:
    nominated = {
        "nominated": "its tag steward:delete-after says 2026-11-20",
        "requested_by": "schedule",
        "reason": "",
    }
    item = {"cluster": "sales", "plan": PLAN, "request": nominated}
    request_approval(event(item=item), tools)
    assert request_in_ledger(tools).reason == "its tag steward:delete-after says 2026-11-20"


def test_a_task_that_is_retried_asks_the_same_under_its_new_token(tools: Tools) -> None:
    request_approval(event(), tools)
    request_approval(event(token=NEXT, now=later(minutes=1)), tools)
    stored = tools.requests.find(WAITING.id)
    assert stored is not None
    assert (stored.token, stored.request.requested_at) == (NEXT, NOW)


def test_an_approval_that_missed_its_task_reaches_the_retry(tools: Tools) -> None:
    request_approval(event(), tools)
    record_answer(tools, ResponseType.APPROVE, delivered=False)
    request_approval(event(token=NEXT, now=later(hours=2)), tools)
    ((token, what, detail),) = answers(tools)
    assert (token, what) == (NEXT, "approved")
    assert detail == {
        "request": WAITING.id,
        "approved_by": BOB,
        "approved_at": later(hours=1),
        "reason": "",
    }
    assert request_in_ledger(tools).delivered


@pytest.mark.parametrize(
    ("response_type", "error", "cause"),
    [
        (ResponseType.REJECT, "Rejected", f"{BOB} rejected it at 2026-11-21T22:00:00Z"),
        (ResponseType.CANCEL, "Cancelled", f"{BOB} cancelled it at 2026-11-21T22:00:00Z"),
    ],
)
def test_a_no_stands_when_the_run_asks_again(
    tools: Tools, response_type: ResponseType, error: str, cause: str
) -> None:
    request_approval(event(), tools)
    record_answer(tools, response_type)
    request_approval(event(token=NEXT, plan=OTHER_PLAN), tools)
    assert answers(tools) == [(NEXT, error, cause)]


def test_another_plan_is_asked_about_anew(tools: Tools, outbox: Outbox) -> None:
    request_approval(event(), tools)
    record_answer(tools, ResponseType.APPROVE)
    request_approval(event(token=NEXT, plan=OTHER_PLAN), tools)
    assert (request_in_ledger(tools).status, request_in_ledger(tools).plan_hash) == (
        Status.WAITING,
        hash_of(OTHER_PLAN),
    )
    assert (answers(tools), len(outbox.notices)) == ([], 2)


def test_a_run_that_goes_on_after_its_end_opens_its_request_again(tools: Tools) -> None:
    request_approval(event(), tools)
    stored = tools.requests.find(WAITING.id)
    assert stored is not None
    approved = record_answer(tools, ResponseType.APPROVE)
    tools.requests.change(WAITING.id, lambda now: close_request(now, NOW, "failed"))
    request_approval(event(token=NEXT), tools)
    assert request_in_ledger(tools) == approved
    assert answers(tools)[0][:2] == (NEXT, "approved")


def test_without_a_required_approval_nobody_is_asked_but_the_run_can_be_cancelled(
    tools: Tools, outbox: Outbox
) -> None:
    for _retry in range(2):
        assert request_approval(event(token=""), tools) == {"request": WAITING.id, "approved_by": "policy"}
    assert (outbox.notices, outbox.events, answers(tools)) == ([], [], [])
    asked = request_in_ledger(tools)
    assert (asked.status, asked.answer_reason) == (Status.APPROVED, "the policy requires no approval")
    assert evaluation_of(asked, ResponseType.CANCEL).counts
    assert tools.requests.commit(RUN, "sales", NOW) == ""


def test_of_two_retries_at_once_the_later_token_is_kept(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_approval(event(), tools)
    find, rivals = tools.requests.find, ["rival"]

    def after_a_rival(name: str) -> Any:
        found = find(name)
        while rivals:
            assert found is not None
            tools.requests.write(found.request, rivals.pop(), found)
        return found

    monkeypatch.setattr(tools.requests, "find", after_a_rival)
    request_approval(event(token=NEXT), tools)
    stored = tools.requests.find(WAITING.id)
    assert stored is not None
    assert stored.token == NEXT


def test_the_notice_begins_with_what_it_comes_to_and_no_text_begins_a_line_of_its_own() -> None:
    facts = {"owner tags": "team=x\nWhat will be done: nothing", "evil\n- name": "x"}
    plan = PLAN | {"promises": {"snapshot_retention_days": 1, "quarantine_seconds": 0}}
    lines = text(replace(WAITING, plan=plan, facts=facts, reason="a\nPlan: b")).split("\n")
    assert lines[2:5] == [
        "",
        "What it comes to:",
        "- snapshots are kept: 1 day, then the data is gone for good",
    ]
    assert "- owner tags: team=x What will be done: nothing" in lines
    assert "- evil - name: x" in lines
    assert lines.count("What will be done:") == 1
    assert [line for line in lines if line.startswith("Plan: ")] == [f"Plan: {WAITING.plan_hash}"]
