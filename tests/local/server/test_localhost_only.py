"""What a browser sends for another site's page reaches nothing: DNS rebinding, and posted forms."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.local_aws import TestAws, local_aws

CREDENTIAL = "AWS4-HMAC-SHA256 Credential=test/20260301/eu-central-1/redshift/aws4_request, Signature=x"


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def connect(aws: TestAws) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("localhost", int(aws.endpoint.rpartition(":")[2]), timeout=10)


def post(aws: TestAws, **headers: str) -> tuple[int, str]:
    """Status and body of a Redshift call with these headers, which the API itself answers with 200 or 400."""
    standard = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": CREDENTIAL}
    body = "Action=DescribeClusters&Version=2012-12-01"
    with closing(connect(aws)) as connection:
        connection.request("POST", "/", body, standard | headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "LOCALHOST:4566"},
        {"Host": "127.0.0.1:4566"},
        {"Host": "[::1]:4566"},
        {"Host": "bucket.localhost:4566"},
        {"Origin": "http://localhost:4566"},
        {"Origin": "http://127.0.0.1"},
    ],
)
def test_what_is_addressed_to_this_machine_is_answered(aws: TestAws, headers: dict[str, str]) -> None:
    status, body = post(aws, **headers)
    assert status == 200
    assert "DescribeClustersResult" in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:4566"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "notlocalhost"},
        {"Host": "localhost@evil.example"},
        {"Host": "169.254.169.254"},
        {"Host": "redshift.eu-central-1.amazonaws.com"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_what_a_page_of_another_site_sends_is_refused_with_a_sentence(
    aws: TestAws, headers: dict[str, str]
) -> None:
    (name, value), *_ = headers.items()
    status, body = post(aws, **headers)
    assert status == 403
    assert json.loads(body)["message"].startswith(
        f"local AWS answers to localhost only, and the header {name} is {value!r}"
    )


@pytest.mark.parametrize("path", ["/_steward/faults", "/lambda-url/x/", "/moto-api/reset"])
def test_no_path_is_left_open_to_another_site(aws: TestAws, path: str) -> None:
    with closing(connect(aws)) as connection:
        connection.request("GET", path, headers={"Host": "evil.example"})
        assert connection.getresponse().status == 403
