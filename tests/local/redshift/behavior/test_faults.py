"""Faults strike the calls and clusters that they name, as often as they say."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from local.callers import AS_WORK
from local.redshift.behavior.faults import Fault, FaultKind, FaultRegistry
from local.redshift.errors import RedshiftError
from tests.local.redshift.conftest import START

if TYPE_CHECKING:
    from local.redshift.state.cluster import Cluster
    from tests.local.redshift.conftest import RedshiftEnv


def arm(env: RedshiftEnv, fault: FaultKind, **details: Any) -> None:
    env.backend.faults.add(Fault(fault=fault, **details))


def rotate(env: RedshiftEnv, identifier: str = "dwh") -> str:
    """The status after an attempt, or the code of its refusal."""
    try:
        return str(
            env.redshift.rotate_encryption_key(ClusterIdentifier=identifier)["Cluster"]["ClusterStatus"]
        )
    except env.redshift.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])


def test_a_throttle_refuses_as_often_as_it_says_and_nothing_is_carried_out(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "throttle", call="RotateEncryptionKey", times=2)

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == ("Throttling", "Rate exceeded")
    assert env.status() == "available"
    assert [rotate(env), rotate(env)] == ["Throttling", "rotating-keys"]


def test_a_token_bucket_throttles_what_comes_too_fast(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "throttle", call="Describe*", rate=0.5, burst=3)

    for _ in range(3):
        env.describe()
    assert env.error("describe_clusters")[0] == "Throttling"
    env.advance(2)
    env.describe()
    assert env.error("describe_clusters")[0] == "Throttling"


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 5), st.integers(1, 10))
def test_a_bucket_lets_through_no_more_than_its_burst_and_what_it_refills(
    gaps: list[float], rate: float, burst: int
) -> None:
    book = FaultRegistry(0)
    armed = book.add(Fault(fault="throttle", rate=rate, burst=burst))
    moment = START
    for gap in gaps:
        moment += timedelta(seconds=gap)
        with suppress(RedshiftError):
            book.refuse("DescribeClusters", None, moment)

    let_through = len(gaps) - armed.fired
    elapsed = sum(gaps[1:])
    assert let_through <= burst + rate * elapsed + 1e-3


def test_a_fault_of_one_cluster_leaves_the_others_alone(env: RedshiftEnv) -> None:
    env.create("finance-dwh")
    env.create("sales-dwh")
    arm(env, "throttle", cluster="finance-*")

    assert rotate(env, "finance-dwh") == "Throttling"
    assert rotate(env, "sales-dwh") == "rotating-keys"
    arn = "arn:aws:redshift:eu-central-1:123456789012:cluster:finance-dwh"
    assert env.error("create_tags", ResourceName=arn, Tags=[{"Key": "k", "Value": "v"}])[0] == "Throttling"


def test_a_fault_can_wait_for_some_calls_to_go_well(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "throttle", call="DescribeClusters", after=2, times=1)

    env.describe()
    env.describe()
    assert env.error("describe_clusters")[0] == "Throttling"
    env.describe()


def test_kms_throttles_the_clusters_of_one_key(env: RedshiftEnv) -> None:
    env.backend.keys.declare("alias/shared", "Enabled")
    env.create("a", KmsKeyId="alias/shared")
    env.create("b")
    arm(env, "kms throttle", kms_key="alias/shared", times=1)

    assert rotate(env, "a") == "DependentServiceRequestThrottlingFault"
    assert rotate(env, "b") == "rotating-keys"
    assert rotate(env, "a") == "rotating-keys"


def test_kms_has_a_bucket_for_each_key(env: RedshiftEnv) -> None:
    env.create("a")
    env.create("b")
    arm(env, "kms throttle", rate=0.01, burst=1)

    assert [rotate(env, "a"), rotate(env, "b")] == [
        "rotating-keys",
        "DependentServiceRequestThrottlingFault",
    ]
    env.advance(100)
    assert rotate(env, "b") == "rotating-keys"


def test_a_lost_response_closes_the_connection_after_the_call_was_carried_out(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "lost response", call="RotateEncryptionKey", times=1)

    with pytest.raises(ConnectionClosedError):
        env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert env.status() == "rotating-keys"


def test_a_refusal_does_not_get_lost(env: RedshiftEnv) -> None:
    env.create().encrypted = False
    arm(env, "lost response")

    assert rotate(env) == "InvalidClusterState"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
        ("AccessDenied", 403),
        ("InvalidClusterState", 400),
    ],
)
def test_an_error_on_request_has_its_code_and_status(env: RedshiftEnv, code: str, status: int) -> None:
    env.create()
    arm(env, "error", call="DescribeClusters", code=code)

    with pytest.raises(env.redshift.exceptions.ClientError) as caught:
        env.redshift.describe_clusters()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_slow_answer_takes_virtual_time(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "slow", call="DescribeClusters", delay="45 seconds", times=1)
    before = env.context.clock.now()

    env.describe()

    assert (env.context.clock.now() - before).total_seconds() == 45


def test_a_slow_answer_to_a_busy_caller_does_not_stop_the_clock(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "slow", call="DescribeClusters", delay="45 seconds", times=1)
    before = env.context.clock.now()

    config = Config(**AS_WORK)  # type: ignore[arg-type] # one more option than its stubs know
    working = boto3.client(
        "redshift", endpoint_url=env.context.endpoint, region_name="eu-central-1", config=config
    )

    with env.context.clock.busy():
        working.describe_clusters()

    assert (env.context.clock.now() - before).total_seconds() == 45


@given(st.integers(0, 1000))
def test_the_same_seed_strikes_the_same_calls(seed: int) -> None:
    def strikes() -> list[bool]:
        book = FaultRegistry(seed)
        book.add(Fault(fault="lost response", probability=0.5))
        return [book.loses_response("PauseCluster", "a", START) for _ in range(20)]

    assert strikes() == strikes()


def test_disarmed_faults_strike_no_more(env: RedshiftEnv) -> None:
    env.create()
    arm(env, "throttle")
    env.backend.faults.clear()

    assert rotate(env) == "rotating-keys"


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        (
            {"fault": "slow", "rate": 3.0},
            "'rate' fits only 'throttle' and 'kms throttle', not 'slow'; use 'times'",
        ),
        (
            {"fault": "tsunami"},
            "Input should be 'throttle', 'kms throttle', 'lost response', 'error' or 'slow'",
        ),
        ({"fault": "throttle", "times": 0}, "Input should be greater than or equal to 1"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(details: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Fault(**details)


def failing_reads() -> list[tuple[str, str]]:
    """Every read that names one cluster, with each error of its model."""
    model = botocore.session.get_session().get_service_model("redshift")
    reads = ["DescribeInboundIntegrations", "DescribeDataSharesForProducer", "DescribeEndpointAccess"]
    reads += ["DescribeEndpointAuthorization", "DescribeScheduledActions", "DescribeTags", "DescribeClusters"]
    reads += ["DescribeClusterSnapshots", "DescribeLoggingStatus", "DescribeResize"]
    errors = {name: model.operation_model(name).error_shapes for name in reads}
    return [
        (name, str(shape.metadata.get("error", {}).get("code", shape.name)))
        for name, shapes in errors.items()
        for shape in shapes
    ]


@pytest.mark.parametrize(("call", "code"), failing_reads())
def test_a_read_can_fail_for_one_cluster_with_each_error_of_its_model(
    env: RedshiftEnv, call: str, code: str
) -> None:
    bad, fine = env.create("bad"), env.create("fine")
    arm(env, "error", call=call, cluster="bad", code=code)

    assert env.error(xform_name(call), **about(call, bad)) == (
        code,
        f"The local AWS was asked to answer {code}.",
    )
    with suppress(env.redshift.exceptions.ResizeNotFoundFault):
        getattr(env.redshift, xform_name(call))(**about(call, fine))


def about(call: str, cluster: Cluster) -> dict[str, Any]:
    """Parameters that say which cluster a read is about, in each call's own way."""
    filters = [{"Name": "cluster-identifier", "Values": [cluster.identifier]}]
    ways: dict[str, dict[str, Any]] = {
        "DescribeInboundIntegrations": {"TargetArn": cluster.namespace_arn},
        "DescribeDataSharesForProducer": {"ProducerArn": cluster.namespace_arn},
        "DescribeScheduledActions": {"Filters": filters},
        "DescribeTags": {"ResourceName": cluster.arn},
    }
    return ways.get(call, {"ClusterIdentifier": cluster.identifier})
