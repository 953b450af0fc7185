"""Roles on the wire: what is asked of Redshift, IAM and the ledger, and how each answer is sorted."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import boto3
import pytest
from botocore.stub import Stubber

from steward.adapters.call_once import OUTCOMES
from steward.adapters.clients import ONCE
from steward.adapters.cluster_roles import ClusterRoles
from steward.adapters.iam_roles import IamRoles
from steward.adapters.ledger.corrections import Corrections
from steward.domain.call_outcome import CallOutcome
from steward.domain.sync_roles.check import RoleFacts
from steward.domain.sync_roles.contest import Correction
from steward.domain.sync_roles.next_call import RoleCall
from tests.adapters.runs import ONE, REGION, TWO
from tests.adapters.wire import CLOSE, error, success, wire
from tests.support.facts import NOW
from tests.support.role_facts import COPY, OLD, UNLOAD

ADD = RoleCall(add=(COPY,))
ACTION = "ModifyClusterIamRoles"


def modify(answer: bytes, call: RoleCall = ADD) -> tuple[tuple[CallOutcome, str], dict[str, str]]:
    """The sorted answer, and what the one request asked for."""
    with wire(answer) as server:
        result = ClusterRoles(server.client(ONCE)).modify("analytics", call)
    (request,) = server.requests
    return (result.outcome, result.text), dict(parse_qsl(request, keep_blank_values=True))


def test_a_call_names_only_what_it_changes() -> None:
    answer, sent = modify(success(ACTION), RoleCall(add=(COPY, UNLOAD), default=COPY))
    assert answer == (CallOutcome.ACCEPTED, "")
    assert sent == {
        "Action": ACTION,
        "Version": "2012-12-01",
        "ClusterIdentifier": "analytics",
        "AddIamRoles.IamRoleArn.1": COPY,
        "AddIamRoles.IamRoleArn.2": UNLOAD,
        "DefaultIamRoleArn": COPY,
    }
    removed = modify(success(ACTION), RoleCall(remove=(OLD,)))[1]
    assert removed["RemoveIamRoles.IamRoleArn.1"] == OLD
    assert "DefaultIamRoleArn" not in removed


def test_the_default_role_is_cleared_with_the_empty_string() -> None:
    assert modify(success(ACTION), RoleCall(default=""))[1]["DefaultIamRoleArn"] == ""


NOT_TRUSTING = (
    f"The IAM role {COPY} is not valid. The IAM role must delegate access to an Amazon Redshift account."
)
NOT_LISTED = (
    "The list of Amazon Resource Names (ARNs) for customer roles should contain the ARN of the default IAM "
    "role when a default is specified."
)
LINKED = f"The IAM role {COPY} can't be used since it's a AWS service-linked IAM role"
PASSING = f"User: x is not authorized to perform: iam:PassRole on resource: {COPY}"


@pytest.mark.parametrize(
    ("code", "text", "answer"),
    [
        ("InvalidParameterValue", NOT_TRUSTING, CallOutcome.INVALID),
        ("InvalidParameterValue", NOT_LISTED, CallOutcome.INVALID),
        ("InvalidParameterValue", LINKED, CallOutcome.UNSUPPORTED),
        ("AccessDenied", PASSING, CallOutcome.DENIED),
        ("UnauthorizedOperation", PASSING, CallOutcome.DENIED),
        *((code, "Redshift's own words", answer) for code, answer in OUTCOMES.items()),
        ("Nonsense", "Redshift's own words", CallOutcome.REFUSED),
    ],
)
def test_each_refusal_is_an_answer_in_redshifts_own_words(code: str, text: str, answer: CallOutcome) -> None:
    assert modify(error(code, text))[0] == (answer, text)


def test_an_answer_that_does_not_come_is_lost_after_one_request() -> None:
    assert modify(CLOSE)[0] == (CallOutcome.LOST, "no answer came: ConnectionClosedError")


TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "redshift"}}]}


@pytest.fixture
def iam() -> tuple[IamRoles, Stubber]:
    """IAM that answers from a script."""
    client = boto3.client("iam", region_name=REGION)
    stub = Stubber(client)
    stub.activate()
    return IamRoles(client), stub


def role(arn: str) -> dict[str, Any]:
    document = json.dumps(TRUST)
    named = {"Path": "/", "RoleName": "copy", "RoleId": "AROA" * 4, "Arn": arn, "CreateDate": NOW}
    return {"Role": named | {"AssumeRolePolicyDocument": document}}


def test_a_role_is_looked_up_by_its_name_and_its_trust_policy_is_a_document(
    iam: tuple[IamRoles, Stubber],
) -> None:
    roles, stub = iam
    stub.add_response("get_role", role(COPY), {"RoleName": "copy"})
    assert roles.look(COPY) == RoleFacts(COPY, TRUST)


def test_a_role_that_is_missing_is_missing_and_one_that_may_not_be_seen_is_not(
    iam: tuple[IamRoles, Stubber],
) -> None:
    roles, stub = iam
    stub.add_client_error("get_role", "NoSuchEntity", http_status_code=404)
    assert roles.look(COPY) == RoleFacts()
    stub.add_client_error("get_role", "AccessDenied", http_status_code=403)
    assert roles.look(COPY) == RoleFacts(known=False)
    stub.add_client_error("get_role", "ServiceFailure", http_status_code=400)
    with pytest.raises(Exception, match="ServiceFailure"):
        roles.look(COPY)


def test_corrections_are_read_as_they_were_written_and_those_of_the_release_before_are_passed_over(
    table: Any,
) -> None:
    corrections, key = Corrections(table), {"pk": "CLUSTER#analytics", "sk": "DRIFT"}
    kept = [Correction(run.arn, NOW, frozenset({COPY, OLD})) for run in (ONE, TWO)]

    assert corrections.of("analytics") == []
    corrections.write("analytics", kept)
    assert corrections.of("analytics") == kept
    assert corrections.of("other") == []

    table.put_item(Item=key | {"runs": {"one": "2026-11-21T21:00:00Z"}})
    assert corrections.of("analytics") == []
