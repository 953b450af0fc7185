"""What the steward reads of clusters, keys and executions, and what it makes of their absence."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from steward.adapters.clusters import Clusters
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.kms import KmsKeys
from steward.domain.authority import HistoryEvent
from steward.domain.errors import ExecutionUnknown, UnexpectedAnswer
from steward.domain.preconditions import UNKNOWN_KEY
from tests.adapters.runs import ONE, REGION
from tests.support.facts import KEY


def stubbed(service: str) -> tuple[Any, Stubber]:
    """A client that answers from a script, checked against botocore's model."""
    client: Any = boto3.client(
        service,  # type: ignore[call-overload]  # any service
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    stub = Stubber(client)
    stub.activate()
    return client, stub


def test_the_whole_fleet_is_read_a_hundred_a_page() -> None:
    client, stub = stubbed("redshift")
    pages = [["a", "b"], [], ["c"]]
    markers = ["", "second", "third"]
    for number, names in enumerate(pages):
        asked: dict[str, Any] = {"MaxRecords": 100}
        asked |= {"Marker": markers[number]} if number else {}
        answer: dict[str, Any] = {"Clusters": [{"ClusterIdentifier": name} for name in names]}
        answer |= {"Marker": markers[number + 1]} if number + 1 < len(pages) else {}
        stub.add_response("describe_clusters", answer, asked)
    assert [cluster.identifier for cluster in Clusters(client).all()] == ["a", "b", "c"]
    stub.assert_no_pending_responses()


def test_no_clusters_are_an_empty_fleet() -> None:
    client, stub = stubbed("redshift")
    stub.add_response("describe_clusters", {})
    assert Clusters(client).all() == []


def test_one_cluster_is_asked_for_by_its_name() -> None:
    client, stub = stubbed("redshift")
    asked = {"ClusterIdentifier": "analytics"}
    stub.add_response("describe_clusters", {"Clusters": [{"ClusterIdentifier": "analytics"}]}, asked)
    found = Clusters(client).one("analytics")
    assert found is not None
    assert found.identifier == "analytics"


def test_a_cluster_that_is_not_there_is_none() -> None:
    client, stub = stubbed("redshift")
    stub.add_client_error("describe_clusters", "ClusterNotFound", "Cluster analytics not found.", 404)
    stub.add_response("describe_clusters", {"Clusters": []})
    assert Clusters(client).one("analytics") is None
    assert Clusters(client).one("analytics") is None


def test_another_error_is_not_taken_for_absence() -> None:
    client, stub = stubbed("redshift")
    stub.add_client_error("describe_clusters", "AccessDenied", "not allowed")
    with pytest.raises(client.exceptions.ClientError, match="not allowed"):
        Clusters(client).one("analytics")


def test_a_cluster_without_a_name_is_an_answer_that_nobody_can_use() -> None:
    client, stub = stubbed("redshift")
    stub.add_response("describe_clusters", {"Clusters": [{"ClusterStatus": "available"}]})
    with pytest.raises(
        UnexpectedAnswer, match="DescribeClusters answered a cluster without ClusterIdentifier"
    ):
        Clusters(client).all()


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion", "Unavailable"])
def test_a_key_is_in_the_state_that_kms_says(state: str) -> None:
    client, stub = stubbed("kms")
    metadata = {"KeyId": KEY, "KeyState": state}
    stub.add_response("describe_key", {"KeyMetadata": metadata}, {"KeyId": KEY})
    assert KmsKeys(client).state(KEY) == state


def test_a_key_that_does_not_exist_is_missing() -> None:
    client, stub = stubbed("kms")
    stub.add_client_error("describe_key", "NotFoundException", "Key does not exist")
    assert KmsKeys(client).state(KEY) == "missing"


def test_a_key_that_we_may_not_look_at_has_no_state_that_we_know() -> None:
    client, stub = stubbed("kms")
    stub.add_client_error("describe_key", "AccessDeniedException", "not authorized")
    assert KmsKeys(client).state(KEY) == UNKNOWN_KEY


def test_no_key_is_awss_own_and_nobody_is_asked() -> None:
    client, stub = stubbed("kms")
    assert KmsKeys(client).state("") == ""
    stub.assert_no_pending_responses()


def test_another_error_of_kms_is_raised() -> None:
    client, stub = stubbed("kms")
    stub.add_client_error("describe_key", "KMSInternalException", "try again")
    with pytest.raises(client.exceptions.ClientError, match="try again"):
        KmsKeys(client).state(KEY)


@pytest.mark.parametrize(
    "status", ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]
)
def test_only_an_execution_that_runs_lives(status: str) -> None:
    client, stub = stubbed("stepfunctions")
    answer = {"executionArn": ONE.arn, "stateMachineArn": "m", "status": status, "startDate": 0}
    stub.add_response("describe_execution", answer, {"executionArn": ONE.arn})
    assert Executions(client).is_running(ONE.arn) == (status == "RUNNING")


def test_an_execution_that_step_functions_has_forgotten_does_not_live() -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_client_error("describe_execution", "ExecutionDoesNotExist", "Execution Does Not Exist")
    assert not Executions(client).is_running(ONE.arn)


def test_when_step_functions_can_not_say_nobody_is_declared_dead() -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_client_error("describe_execution", "AccessDeniedException", "not authorized")
    with pytest.raises(client.exceptions.ClientError, match="not authorized"):
        Executions(client).is_running(ONE.arn)


def test_a_call_is_read_from_the_newest_events_of_a_history() -> None:
    client, stub = stubbed("stepfunctions")
    call = {
        "resourceType": "lambda",
        "resource": "invoke",
        "region": "r",
        "parameters": '{"Payload": {"a": 1}}',
    }
    newest: dict[str, Any] = {"id": 3, "timestamp": 0, "type": "TaskStarted"}
    scheduled = {**newest, "id": 2, "type": "TaskScheduled", "taskScheduledEventDetails": call}
    asked = {"executionArn": ONE.arn, "reverseOrder": True, "maxResults": 5}
    stub.add_response("get_execution_history", {"events": [newest, scheduled]}, asked)
    latest = [HistoryEvent("TaskStarted"), HistoryEvent("TaskScheduled", {"Payload": {"a": 1}})]
    assert ScheduledTasks(client).latest_events(ONE.arn) == latest


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExecutionDoesNotExist", "knows no execution"),
        ("ThrottlingException", "shows no history .*: .*Rate exceeded"),
        ("AccessDeniedException", "shows no history .*AccessDenied"),
    ],
)
def test_without_a_history_it_is_not_known_who_calls(code: str, sentence: str) -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_client_error("get_execution_history", code, "Rate exceeded")
    with pytest.raises(ExecutionUnknown, match=sentence):
        ScheduledTasks(client).latest_events(ONE.arn)
