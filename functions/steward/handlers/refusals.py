"""Makes a refused call of a function seen: a metric that has an alarm, and a line in the function's log.

Who calls a function is not told to it. Each line of the log has the invocation's id, ``function_request_id``:
CloudTrail's data event on it has the same ``requestID``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from steward.adapters.metrics import Metrics
from steward.domain.errors import UnverifiedCall
from steward.domain.measures import refused_call
from steward.domain.one_line import one_line
from steward.handlers.log import logger
from steward.settings import settings


class FunctionContext(Protocol):
    """What is read of Lambda's context object."""

    @property
    def function_name(self) -> str: ...
    @property
    def invoked_function_arn(self) -> str: ...


@contextmanager
def count_refusals(context: FunctionContext) -> Iterator[None]:
    """Report the refusal that ends the block, unless a run or an outage explains it."""
    try:
        yield
    except UnverifiedCall as refusal:
        if not refusal.explained:
            report_refusal(context, str(refusal))
        raise


def report_refusal(context: FunctionContext, reason: str) -> None:
    """Count a call that was refused, and log why; ``reason`` may quote the caller."""
    logger.warning("refused a call", reason=one_line(reason))
    Metrics(settings().stack).record(refused_call(context.function_name))
