"""One localhost port: what answers there, how, and that nothing is left behind."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from flask import Flask

from local.clock import Clock
from local.errors import answer_errors
from local.http_server import DropConnection, HttpServer, PortInUseError
from local.server import LocalAws
from tests.support.local_aws import REGION, START, local_aws


def test_boto3_talks_to_every_protocol_on_one_port() -> None:
    with local_aws() as aws:
        bucket = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        aws.client("s3").create_bucket(Bucket="evidence", **bucket)
        aws.client("sqs").create_queue(QueueName="letters")
        aws.client("iam").create_user(UserName="dba")

        assert [b["Name"] for b in aws.client("s3").list_buckets()["Buckets"]] == ["evidence"]
        assert aws.client("sqs").list_queues()["QueueUrls"] == [f"{aws.endpoint}/123456789012/letters"]
        assert [u["UserName"] for u in aws.client("iam").list_users()["Users"]] == ["dba"]


def test_an_answer_says_what_time_it_is_where_the_clusters_are() -> None:
    with local_aws() as aws:
        answer = aws.client("sqs").list_queues()["ResponseMetadata"]["HTTPHeaders"]

    assert abs(parsedate_to_datetime(answer["x-local-aws-time"]) - START) < timedelta(minutes=1)


def test_a_connection_serves_many_calls() -> None:
    with local_aws() as aws:
        connection = http.client.HTTPConnection("localhost", int(aws.endpoint.rpartition(":")[2]))
        for _ in range(3):
            connection.request("GET", "/moto-api/data.json")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            assert not answer.will_close
        connection.close()


def test_large_and_chunked_uploads_arrive_whole() -> None:
    with local_aws() as aws:
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.upload_fileobj(io.BytesIO(b"x" * 9_000_000), "evidence", "large")

        assert s3.head_object(Bucket="evidence", Key="large")["ContentLength"] == 9_000_000
        assert s3.get_object(Bucket="evidence", Key="large")["Body"].read(10) == b"x" * 10


@pytest.mark.parametrize(
    ("service", "call", "arguments", "named"),
    [
        ("cloudformation", "describe_type", {}, "cloudformation:DescribeType"),
        ("ec2", "describe_aggregate_id_format", {}, "ec2:DescribeAggregateIdFormat"),
        ("sqs", "list_message_move_tasks", {"SourceArn": "arn"}, "sqs:ListMessageMoveTasks"),
        ("lambda", "list_capacity_providers", {}, "lambda:GET /2025-11-30/capacity-providers"),
        ("route53", "list_cidr_collections", {}, "route53:GET /2013-04-01/cidrcollection"),
        ("wellarchitected", "list_workloads", {}, "wellarchitected"),
    ],
)
def test_what_nobody_implements_answers_in_aws_s_shape_and_names_the_call(
    service: str, call: str, arguments: dict[str, str], named: str
) -> None:
    with local_aws() as aws, pytest.raises(ClientError) as refused:
        getattr(aws.client(service), call)(**arguments)

    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert refused.value.response["Error"]["Message"].endswith(named)


def test_an_unexpected_failure_is_an_internal_failure_and_its_traceback_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("broken")
    answer_errors(app, "sqs")
    app.add_url_rule("/", view_func=lambda: str(1 // 0))

    answer = app.test_client().get("/")

    assert answer.status_code == 500
    assert "ZeroDivisionError" in answer.text
    assert "<html" not in answer.text
    assert "ZeroDivisionError" in caplog.text


def test_a_part_can_drop_the_connection_instead_of_answering() -> None:
    server = HttpServer(0)
    app = Flask("flaky")
    app.debug = True  # as moto has it: errors that no handler takes leave the application
    answer_errors(app, "sqs")

    def hang_up() -> str:
        raise DropConnection

    app.add_url_rule("/", view_func=hang_up)
    server.application = app
    server.start()
    connection = http.client.HTTPConnection("localhost", server.port)
    connection.request("GET", "/")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    server.close()


def test_each_local_aws_starts_empty() -> None:
    with local_aws() as aws:
        aws.client("sqs").create_queue(QueueName="letters")
    with local_aws() as aws:
        assert "QueueUrls" not in aws.client("sqs").list_queues()


def test_closing_leaves_no_thread_and_frees_the_port() -> None:
    before = set(threading.enumerate())
    with local_aws() as aws:
        port = int(aws.endpoint.rpartition(":")[2])
        client = aws.client("sqs")
        client.list_queues()

    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if thread.name != "clock"] == []
    with socket.create_server(("127.0.0.1", port)):
        pass
    with pytest.raises(BotoCoreError):
        client.list_queues()


def test_a_busy_port_is_one_sentence_that_names_it() -> None:
    clock = Clock(START)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} is in use"):
            LocalAws(clock, port).start()
    with LocalAws(clock, port):  # a failed start does not block the next one
        pass
    clock.close()


def test_only_one_local_aws_runs_in_a_process() -> None:
    with local_aws(), pytest.raises(RuntimeError, match="close it first"), local_aws():
        pass


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with local_aws() as aws:
        aws.client("sqs").list_queues()
        with pytest.raises(ClientError):
            aws.client("pricing").describe_services()

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1_0\r\n\r\n0123456789",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        "GET http://[bad/ HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_a_request_with_a_malformed_address_or_length_is_answered_400(text: str) -> None:
    with local_aws() as aws:
        port = int(aws.endpoint.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(text.encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == 400
            assert b"malformed" in answer.read()
        assert aws.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
