"""Bodies that the approvals' API refuses: one sentence, the status, and nothing changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.approvals.requests import Status
from tests.support.approvals import (
    EVE,
    HASH,
    WAITING,
)
from tests.support.approvals_api import ONE, ApiClient


@pytest.mark.parametrize(
    ("how", "status", "sentence"),
    [
        ({"headers": {}}, 415, 'the body must be application/json, but its Content-Type is ""'),
        ({"headers": {"content-type": "text/plain"}}, 415, "the body must be application/json, but its"),
        ({"body": json.dumps({"reason": "x" * 33_000})}, 413, "the body may have 32768 bytes; shorten the"),
    ],
)
def test_a_body_of_another_kind_changes_nothing(
    client: ApiClient, how: dict[str, Any], status: int, sentence: str
) -> None:
    client.store()
    for verb in ResponseType:
        refused = client.refusal("POST", f"{ONE}/{verb}", **{"body": {"plan_hash": HASH}, **how})
        assert refused[0] == status
        assert refused[2].startswith(sentence)
    assert client.refusal("POST", "/requests", **{"body": {}, **how})[0] == status
    assert (client.requests.stored[WAITING.id].version, client.aws.started) == (1, [])
    assert (client.tasks.answers, client.aws.asked_sts) == ([], [])


def test_an_answer_without_a_proof_or_with_a_foreign_one_changes_nothing(client: ApiClient) -> None:
    client.store()
    path, said = f"{ONE}/approve", {"plan_hash": HASH}
    assert client.refusal("POST", path, json.dumps(said))[:2] == (403, "identity_unproven")
    assert client.refusal("POST", path, said | {"proof": {"url": "x"}})[:2] == (400, "bad_input")
    assert client.aws.asked_sts == []
    answer_of_sts = client.aws.of
    client.aws.of = lambda headers: (EVE, answer_of_sts(headers)[1])  # type: ignore[method-assign] # the signer
    assert client.refusal("POST", path, said)[:2] == (403, "identity_unproven")
    assert client.refusal("POST", "/requests", {"clusters": ["sales"], "reason": "r"})[0] == 403
    assert (client.status, client.tasks.answers, client.aws.started) == (Status.WAITING, [], [])
    assert client.requests.requesters == {}


def test_names_and_reasons_with_control_characters_stay_on_one_line(client: ApiClient) -> None:
    client.store()
    status, _, sentence = client.refusal("GET", "/requests/a\nApproved: yes\x1b[2J")
    assert (status, sentence.isprintable()) == (404, True)
    body = {"clusters": ["sales\nfinance"], "reason": "r"}
    status, _, sentence = client.refusal("POST", "/requests", body)
    assert (status, sentence.partition(":")[0]) == (400, "clusters[0]")
    assert client.aws.started == []
    client.call("POST", f"{ONE}/reject", {"plan_hash": HASH, "reason": "no\nApproved by: eve\x07"})
    assert client.requests.stored[WAITING.id].request.answer_reason == "no Approved by: eve"
