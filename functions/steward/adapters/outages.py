"""Tells an outage of AWS from a refusal, so that the state machines can wait for its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from steward.adapters.call_once import may_pass
from steward.domain.errors import AwsUnavailable


@contextmanager
def name_outages() -> Iterator[None]:
    """Let an outage end the block as the error that the state machines know.

    Raises:
        AwsUnavailable: A call was throttled, failed in AWS, or got no answer, also after the SDK's retries.
    """
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        if not may_pass(error):
            raise
        raise AwsUnavailable(str(error)) from error
