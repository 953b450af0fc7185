"""The calls that a deletion consists of, as they go over the wire: one attempt each, answers understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from steward.adapters.clients import ONCE
from steward.adapters.deletion import ClusterDeletion, CopyRemoval, DeletionTags, NotARestoreCopy, Restore
from steward.adapters.snapshots import GuardSnapshots, Snapshots, SnapshotTags
from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.permit import Permit
from tests.adapters.wire import CLOSE, error, success, wire

if TYPE_CHECKING:
    from collections.abc import Callable

PERMIT = Permit("sales", "sales-final-run", 30)
COPY = copy_name("sales", "arn:run")


def asked(request: str) -> dict[str, str]:
    told = dict(parse_qsl(request))
    return {key: value for key, value in told.items() if key != "Version"}


def test_a_cluster_of_the_fleet_is_never_deleted_without_its_final_snapshot() -> None:
    with wire(success("DeleteCluster")) as redshift:
        reply = ClusterDeletion(redshift.client(ONCE)).delete(PERMIT)

    assert reply.outcome is CallOutcome.ACCEPTED
    assert [asked(request) for request in redshift.requests] == [
        {
            "Action": "DeleteCluster",
            "ClusterIdentifier": "sales",
            "SkipFinalClusterSnapshot": "false",
            "FinalClusterSnapshotIdentifier": "sales-final-run",
            "FinalClusterSnapshotRetentionPeriod": "30",
        }
    ]


def test_only_a_restore_tests_copy_is_deleted_without_one() -> None:
    with wire(success("DeleteCluster")) as redshift:
        removal = CopyRemoval(redshift.client(ONCE))
        with pytest.raises(
            NotARestoreCopy, match="sales is not the copy of a restore test; nothing was deleted"
        ):
            removal.remove("sales")
        assert redshift.requests == []
        assert removal.remove(COPY).outcome is CallOutcome.ACCEPTED

    assert asked(redshift.requests[0])["SkipFinalClusterSnapshot"] == "true"


CALLS: list[Callable[[Any], Any]] = [
    lambda client: ClusterDeletion(client).delete(PERMIT),
    lambda client: CopyRemoval(client).remove(COPY),
    lambda client: GuardSnapshots(client).take("sales", "sales-guard-run", -1, {"a": "b"}),
    lambda client: Restore(client).restore(COPY, "sales-guard-run", "own"),
    lambda client: DeletionTags(client).write("arn", "key", "value"),
    lambda client: DeletionTags(client).remove("arn", "key"),
    lambda client: SnapshotTags(client).write("arn", {"key": "value"}),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_whose_answer_is_lost_is_made_once_and_told_as_lost(call: Callable[[Any], Any]) -> None:
    with wire(CLOSE) as redshift:
        reply = call(redshift.client(ONCE))

    assert (reply.outcome, reply.code) == (CallOutcome.LOST, "")
    assert len(redshift.requests) == 1


@pytest.mark.parametrize(
    ("code", "status", "answer"),
    [
        ("ClusterNotFound", 404, CallOutcome.NOT_FOUND),
        ("InvalidClusterState", 400, CallOutcome.BUSY),
        ("Throttling", 400, CallOutcome.THROTTLED),
        ("AccessDenied", 403, CallOutcome.DENIED),
        ("ClusterSnapshotAlreadyExists", 400, CallOutcome.BUSY),
        ("ClusterSnapshotQuotaExceeded", 400, CallOutcome.UNSUPPORTED),
        ("TagLimitExceededFault", 400, CallOutcome.UNSUPPORTED),
        ("InternalFailure", 500, CallOutcome.LOST),
    ],
)
def test_each_expected_refusal_is_an_answer_with_redshifts_own_words(
    code: str, status: int, answer: CallOutcome
) -> None:
    with wire(error(code, status=status)) as redshift:
        reply = ClusterDeletion(redshift.client(ONCE)).delete(PERMIT)

    assert (reply.outcome, reply.code, reply.request_id) == (answer, code, "1")
    assert "Redshift's own words" in reply.text


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_that_nobody_expects_is_final_and_quoted_word_for_word(call: Callable[[Any], Any]) -> None:
    with wire(error("NeverHeardOf")) as redshift:
        reply = call(redshift.client(ONCE))

    assert reply.outcome is CallOutcome.REFUSED
    assert reply.quote == "NeverHeardOf: Redshift's own words"


def test_a_snapshot_is_looked_up_by_its_own_name_alone() -> None:
    with wire(error("ClusterSnapshotNotFound", status=404)) as redshift:
        assert Snapshots(redshift.client(ONCE)).one("sales-final-run") is None

    (request,) = redshift.requests
    assert asked(request) == {"Action": "DescribeClusterSnapshots", "SnapshotIdentifier": "sales-final-run"}


def test_a_restore_is_private_and_takes_no_role_along() -> None:
    with wire(success("RestoreFromClusterSnapshot")) as redshift:
        restores = Restore(redshift.client(ONCE))
        restores.restore(COPY, "sales-guard-run", "own")
        restores.restore(COPY, "sales-guard-run", "")

    told = [asked(request) for request in redshift.requests]
    assert [each["PubliclyAccessible"] for each in told] == ["false", "false"]
    assert [each.get("ClusterSubnetGroupName") for each in told] == ["own", None]
    assert not [key for each in told for key in each if "IamRole" in key]
