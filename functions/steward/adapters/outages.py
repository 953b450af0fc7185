"""Tells an outage of AWS from a refusal, so that the state machines can wait for its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004
from botocore.parsers import ResponseParserError

from steward.adapters.call_once import refusal_from_error
from steward.domain.errors import AwsUnavailable

NO_ANSWER = (ConnectionError, HTTPClientError, ResponseParserError)


@contextmanager
def name_outages() -> Iterator[None]:
    """Let an outage end the block as the error that the state machines know.

    Raises:
        AwsUnavailable: A call was throttled, failed in AWS, or got no answer, also after the SDK's retries.
    """
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        if not _is_outage(error):
            raise
        raise AwsUnavailable(str(error)) from error


def _is_outage(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return refusal_from_error(error).outcome.is_outage
    return isinstance(error, NO_ANSWER)
