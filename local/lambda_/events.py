"""Asynchronous invocation: Lambda's retries, event age and destinations, on the shared clock.

Developer guide, "Invoking a Lambda function asynchronously": two retries after function errors, one
minute and then two minutes later; an event older than the maximum age is dropped; both settings and the
destinations are the function's EventInvokeConfig.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.clients import SERVICE_CREDENTIALS, client, send_message
from local.clock import Waiter
from local.lambda_.logs import stamp
from local.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.awslambda.models import LambdaFunction

    from local.context import Context
    from local.lambda_.model import Outcome

    Run = Callable[[LambdaFunction, bytes], tuple[Outcome, list[str]]]
    """Runs one event; returns its outcome and log lines."""

LOG = logging.getLogger("local")
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=2))
DEFAULT_AGE = timedelta(hours=6)


def deliver(context: Context, run: Run, function: LambdaFunction, payload: bytes) -> None:
    """Run one event until it succeeds or its retries or its time are used up; the thread counts as busy."""
    config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
    clock = context.clock
    expires = clock.now() + timedelta(
        seconds=config.get("MaximumEventAgeInSeconds") or DEFAULT_AGE.total_seconds()
    )
    retries = config.get("MaximumRetryAttempts")
    delays = RETRY_DELAYS if retries is None else RETRY_DELAYS[: int(retries)]
    attempts, condition = 0, "Success"
    for delay in (*delays, None):
        attempts += 1
        outcome, _ = run(function, payload)
        if outcome.error_type is None:
            break
        condition = "RetriesExhausted"
        if delay is not None and clock.now() + delay > expires:
            condition = "EventAgeExceeded"
            break
        if delay is not None:
            Waiter(clock).wait(clock.now() + delay)
    _notify(context, function, payload, outcome, condition, attempts)


def _notify(
    context: Context,
    function: LambdaFunction,
    payload: bytes,
    outcome: Outcome,
    condition: str,
    attempts: int,
) -> None:
    """Tell the destination that the function's EventInvokeConfig names for this outcome, if any."""
    config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
    kind = "OnSuccess" if condition == "Success" else "OnFailure"
    destination = ((config.get("DestinationConfig") or {}).get(kind) or {}).get("Destination")
    if not destination:
        return
    record = {
        "version": "1.0",
        "timestamp": stamp(context.clock.now()),
        "requestContext": {
            "requestId": outcome.request_id,
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": parse_json(payload),
        "responsePayload": _json_or_text(outcome.payload),
    }
    try:
        _send(context, destination, json.dumps(record))
    except ClientError:
        LOG.exception("the %s destination of %s did not take its record", kind, function.function_name)


def _json_or_text(payload: bytes) -> Any:
    """A result; Python's runtime also writes NaN and Infinity, which are no JSON."""
    try:
        return parse_json(payload)
    except ValueError:
        return payload.decode(errors="replace")


def _send(context: Context, destination: str, document: str) -> None:
    kind, region = destination.split(":")[2:4]
    api = client(context, kind, SERVICE_CREDENTIALS, region)
    if kind == "sqs":
        send_message(context, destination, document)
    elif kind == "sns":
        api.publish(TopicArn=destination, Message=document)
    elif kind == "lambda":
        api.invoke(FunctionName=destination, InvocationType="Event", Payload=document.encode())
    else:
        entry = {"Source": "lambda", "DetailType": "Lambda Function Invocation Result", "Detail": document}
        api.put_events(Entries=[{**entry, "EventBusName": destination}])
