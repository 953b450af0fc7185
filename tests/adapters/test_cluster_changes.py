"""Changes are sent once and every answer is sorted; what may or may not have been done is called lost."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import botocore.endpoint
import pytest

from steward.adapters.call_once import OUTCOMES
from steward.adapters.clients import ONCE, READING
from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags, KeyRotation
from steward.domain.call_outcome import CallOutcome, CallResult
from tests.adapters.wire import CLOSE, Wire, error, response, success, wire

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES: dict[str, Callable[[Any], CallResult]] = {
    "RotateEncryptionKey": lambda redshift: KeyRotation(redshift).rotate("analytics"),
    "PauseCluster": lambda redshift: ClusterPower(redshift).pause("analytics"),
    "ResumeCluster": lambda redshift: ClusterPower(redshift).resume("analytics"),
    "CreateTags": lambda redshift: ClusterTags(redshift).write("arn", "key", "value"),
}
WITHOUT_TOKEN = sorted(set(CHANGES) - {"CreateTags"})


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What botocore would have slept between attempts."""
    slept: list[float] = []

    class Time:
        """Stands for the module `time` in botocore's endpoint, which uses nothing else of it."""

        sleep = slept.append

    monkeypatch.setattr(botocore.endpoint, "time", Time)
    return slept


def brief(result: CallResult) -> tuple[CallOutcome, str]:
    return result.outcome, result.text


def rotate(server: Wire) -> tuple[CallOutcome, str]:
    return brief(KeyRotation(server.client(ONCE)).rotate("analytics"))


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_that_is_accepted_was_sent_once_and_names_its_cluster(action: str) -> None:
    with wire(success(action)) as server:
        assert brief(CHANGES[action](server.client(ONCE))) == (CallOutcome.ACCEPTED, "")
    (request,) = server.requests
    sent = parse_qs(request)
    assert sent["Action"] == [action]
    assert sent.get("ClusterIdentifier", sent.get("ResourceName")) in (["analytics"], ["arn"])


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_expected_error_is_an_answer_in_redshifts_own_words_after_one_request(code: str) -> None:
    with wire(error(code)) as server:
        assert rotate(server) == (OUTCOMES[code], "Redshift's own words")
    assert len(server.requests) == 1


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_call_that_iam_does_not_allow_is_denied_whatever_the_service_calls_it(
    action: str, code: str
) -> None:
    with wire(error(code, status=403)) as server:
        result = CHANGES[action](server.client(ONCE))
    assert result.outcome is CallOutcome.DENIED
    assert result.quote.startswith(f"{code}: Redshift's own words")
    assert len(server.requests) == 1


def test_an_error_without_words_is_told_by_its_code() -> None:
    with wire(error("InvalidClusterState", message="")) as server:
        assert rotate(server) == (CallOutcome.BUSY, "InvalidClusterState")


@pytest.mark.parametrize("code", ["InvalidTagFault", "InvalidParameterCombination", "Nonsense", ""])
@pytest.mark.parametrize("status", [400, 403, 404, 418])
def test_a_refusal_that_nobody_expects_is_a_final_answer_in_redshifts_own_words(
    code: str, status: int
) -> None:
    with wire(error(code, status=status)) as server:
        result = KeyRotation(server.client(ONCE)).rotate("analytics")
    assert result.outcome is CallOutcome.REFUSED
    assert result.outcome.is_final
    assert "Redshift's own words" in result.quote
    assert result.quote.startswith(code)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(408, CallOutcome.LOST), (429, CallOutcome.THROTTLED), (502, CallOutcome.LOST)],
)
def test_a_code_that_nobody_expects_is_sorted_by_its_http_status(status: int, outcome: CallOutcome) -> None:
    with wire(error("Nonsense", status=status)) as server:
        assert rotate(server)[0] is outcome


def test_a_call_that_botocore_does_not_send_is_refused_for_good() -> None:
    with wire(CLOSE) as server:
        result = ClusterTags(server.client(ONCE)).write("", "key", 3)  # type: ignore[arg-type]  # that is the point
    assert (result.outcome, result.code) == (CallOutcome.REFUSED, "ParamValidationError")
    assert server.requests == []


@pytest.mark.parametrize("action", WITHOUT_TOKEN)
def test_a_connection_that_closes_without_an_answer_is_a_lost_answer_after_one_request(action: str) -> None:
    with wire(CLOSE) as server:
        answer, text = brief(CHANGES[action](server.client(ONCE)))
        assert answer is CallOutcome.LOST
        assert text == "no answer came: ConnectionClosedError"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "cut_off",
    [
        response("<RotateEncryptionKeyResponse", 200, length=500),
        response("<RotateEncryptionKeyResponse><Rot", 200),
        response("<html>", 200),
    ],
)
def test_an_answer_that_is_cut_off_is_a_lost_answer_after_one_request(cut_off: bytes) -> None:
    with wire(cut_off) as server:
        assert rotate(server)[0] is CallOutcome.LOST
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "code"), [(500, "InternalFailure"), (503, "ServiceUnavailable")])
def test_a_failure_of_redshift_itself_is_a_lost_answer_after_one_request(status: int, code: str) -> None:
    with wire(error(code, status=status)) as server:
        assert rotate(server) == (CallOutcome.LOST, "Redshift failed: Redshift's own words")
    assert len(server.requests) == 1


def test_a_redshift_that_can_not_be_reached_is_a_lost_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        nobody = Wire([])
        nobody.port = listening.getsockname()[1]
    answer, text = rotate(nobody)
    assert answer is CallOutcome.LOST
    assert text == "no answer came: EndpointConnectionError"


def test_a_redshift_that_does_not_answer_in_time_is_a_lost_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        never = Wire([])
        never.port = silent.getsockname()[1]
        impatient = ONCE.merge(type(ONCE)(read_timeout=0.05))
        answer, text = brief(KeyRotation(never.client(impatient)).rotate("analytics"))
    assert (answer, text) == (CallOutcome.LOST, "no answer came: ReadTimeoutError")


def test_a_cluster_that_takes_no_more_tags_says_so_instead_of_failing() -> None:
    with wire(error("TagLimitExceededFault", "50 tags are the limit")) as server:
        answer = brief(ClusterTags(server.client(READING)).write("arn", "key", "value"))
    assert answer == (CallOutcome.UNSUPPORTED, "50 tags are the limit")


def test_reading_is_repeated_when_it_is_throttled(pauses: list[float]) -> None:
    throttled = error("Throttling", "Rate exceeded")
    with wire(throttled, throttled, success("DescribeClusters")) as server:
        assert Clusters(server.client(READING)).all() == []
    assert len(server.requests) == 3
    assert len(pauses) == 2


def test_reading_ends_after_six_attempts_with_redshifts_error(pauses: list[float]) -> None:
    with wire(error("Throttling", "Rate exceeded")) as server:
        client = server.client(READING)
        with pytest.raises(client.exceptions.ClientError, match="Rate exceeded"):
            Clusters(client).all()
        assert len(server.requests) == 6
    assert len(pauses) == 5


def test_a_tag_may_be_written_twice_so_a_lost_answer_is_asked_for_again(pauses: list[float]) -> None:
    with wire(CLOSE, success("CreateTags")) as server:
        tags = ClusterTags(server.client(READING))
        assert brief(tags.write("arn", "key", "value")) == (CallOutcome.ACCEPTED, "")
    assert len(server.requests) == 2
    assert len(pauses) == 1


def test_every_error_that_botocore_knows_of_a_change_is_understood() -> None:
    final = {"InvalidTagFault": "the steward's own tag is wrong: a defect, and refused for good"}
    with wire(CLOSE) as server:
        model = server.client(ONCE).meta.service_model
    for action in CHANGES:
        codes = {shape.metadata["error"]["code"] for shape in model.operation_model(action).error_shapes}
        assert codes <= set(OUTCOMES) | set(final), action
