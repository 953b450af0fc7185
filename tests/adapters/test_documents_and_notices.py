"""Documents come back as they were written; notices and events get through or say that they did not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from steward.adapters.documents import Documents
from steward.adapters.metrics import Metrics
from steward.adapters.notices import LONGEST_SUBJECT, Events, Notices
from steward.domain.events import RUN_STARTED
from tests.adapters.runs import REGION

PLAN = {"clusters": [{"cluster": "analytics", "reason": "über 90 Tage alt ✓"}], "n": 1.5, "none": None}
TOPIC = f"arn:aws:sns:{REGION}:123456789012:notices"


class Post:
    """An SNS that keeps what is published."""

    def __init__(self) -> None:
        self.published: dict[str, str] = {}

    def publish(self, **parameters: str) -> None:
        self.published = parameters


@pytest.fixture
def documents(aws: None) -> Documents:
    """The documents in an empty bucket."""
    assert aws is None
    s3: Any = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="runs", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Documents(s3, "runs")


def subject_of(text: str) -> str:
    post = Post()
    Notices(post, TOPIC).publish(text, "body")  # type: ignore[arg-type]  # as far as it is used
    assert (post.published["TopicArn"], post.published["Message"]) == (TOPIC, "body")
    return post.published["Subject"]


def test_a_document_comes_back_as_it_was_written(documents: Documents) -> None:
    documents.write("runs/a/plan.json", PLAN)
    assert documents.read("runs/a/plan.json") == PLAN


def test_a_document_is_json_that_a_person_can_read(documents: Documents) -> None:
    documents.write("runs/a/plan.json", PLAN)
    stored = documents._s3.get_object(Bucket="runs", Key="runs/a/plan.json")
    assert stored["ContentType"] == "application/json"
    text = stored["Body"].read().decode()
    assert "über 90 Tage alt ✓" in text
    assert text.count("\n") > 4


def test_writing_again_replaces_the_document(documents: Documents) -> None:
    documents.write("runs/a/plan.json", PLAN)
    documents.write("runs/a/plan.json", [])
    assert documents.read("runs/a/plan.json") == []


def test_a_document_that_is_not_there_is_an_error_and_not_an_empty_one(documents: Documents) -> None:
    with pytest.raises(documents._s3.exceptions.NoSuchKey):
        documents.read("runs/a/plan.json")


def test_a_document_has_an_address_that_the_command_line_takes(documents: Documents) -> None:
    assert documents.address("runs/a/plan.json") == "s3://runs/runs/a/plan.json"


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("rotate-keys done: 3 rotated", "rotate-keys done: 3 rotated"),
        ("two\nlines\r\nand\ta tab", "two lines and a tab"),
        ("\n begins late", "begins late"),
        ("caf\u00e9 \u2713 \x00 ok", "caf ok"),
        ("x" * 101, "x" * 100),
    ],
)
def test_a_subject_is_cut_and_cleaned_to_what_sns_takes(subject: str, sent: str) -> None:
    assert subject_of(subject) == sent


@given(st.text(), st.text())
def test_no_text_makes_a_subject_that_sns_refuses(hostile: str, more: str) -> None:
    sent = subject_of(f"{hostile}stopped: {more}")
    assert 0 < len(sent) <= LONGEST_SUBJECT
    assert sent.isascii()
    assert sent.isprintable()
    assert sent == sent.lstrip()


def test_a_notice_reaches_the_topic(aws: None) -> None:
    assert aws is None
    sns = boto3.client("sns", region_name=REGION)
    topic = sns.create_topic(Name="notices")["TopicArn"]
    Notices(sns, topic).publish("rotate-keys done\n", "all is well")


def stubbed_events(
    answer: dict[str, Any], kind: str = "Ended", detail: dict[str, Any] | None = None
) -> tuple[Events, Stubber]:
    client: Any = boto3.client(
        "events", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    stub = Stubber(client)
    text = json.dumps(detail or {"a": 1})
    expected = {"Source": "redshift.steward", "DetailType": kind, "Detail": text}
    stub.add_response("put_events", answer, {"Entries": [expected]})
    stub.activate()
    return Events(client, Metrics("RedshiftSteward-test")), stub


def test_an_event_says_its_source_and_its_kind() -> None:
    events, stub = stubbed_events({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    events.put("Ended", {"a": 1})
    stub.assert_no_pending_responses()


def test_an_event_that_was_taken_but_not_put_is_an_error() -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "no"}]}
    events, _ = stubbed_events(refused)
    with pytest.raises(RuntimeError, match=r"EventBridge refused the event Ended: .*InternalFailure"):
        events.put("Ended", {"a": 1})


def test_what_programs_are_told_is_counted_in_the_functions_log(capsys: pytest.CaptureFixture[str]) -> None:
    detail = {"workflow": "rotate-keys", "run": "run-1"}
    events, _ = stubbed_events({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, RUN_STARTED, detail)
    events.put(RUN_STARTED, detail)
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("RedshiftSteward", [["stack", "workflow"]])
    assert directive["Metrics"] == [{"Name": "RunsStarted", "Unit": "Count"}]
    assert (line["stack"], line["workflow"]) == ("RedshiftSteward-test", "rotate-keys")
    assert (line["RunsStarted"], line["run"]) == ([1.0], "run-1")


def test_what_was_not_told_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    detail = {"workflow": "rotate-keys", "run": "run-1"}
    events, _ = stubbed_events({"FailedEntryCount": 1, "Entries": [{}]}, RUN_STARTED, detail)
    with pytest.raises(RuntimeError):
        events.put(RUN_STARTED, detail)
    assert capsys.readouterr().out == ""
