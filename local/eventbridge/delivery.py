"""From a matched event to its targets, on the shared clock: after a latency, with retries, or given up.

EventBridge user guide, "Using dead-letter queues".
"""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import send_message
from local.context import Context
from local.eventbridge import inputs
from local.eventbridge.targets import DeliveryError, send
from local.retry_policy import exhausted_condition, retry_delay

LOG = logging.getLogger("local")

LATENCY = timedelta(seconds=1)
"""From an event's arrival to the call of a target. AWS names about half a second (EventBridge FAQs)."""


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target.

    Attributes:
        rule: The ``name`` and ``arn`` of the rule that matched.
        target: As PutTargets took it.
        event: As it was matched, with its ``ingestion-time``.
        arrived: When the bus got the event.
        attempt: Counted from 1.
    """

    rule: dict[str, str]
    target: dict[str, Any]
    event: dict[str, Any]
    arrived: datetime
    attempt: int = 1


@dataclass(frozen=True)
class UndeliveredEvent:
    """An event that a target never got.

    Attributes:
        code: As in the dead-letter queue's ``ERROR_CODE``.
        dead_letter_queue: ARN of the queue that took it; None when it is lost.
    """

    rule: str
    target: str
    event: dict[str, Any]
    code: str
    reason: str
    attempts: int
    dead_letter_queue: str | None


class Deliveries:
    """Everything under way in one local AWS.

    Args:
        context: Its clock says when, its endpoint takes the calls.

    Attributes:
        undelivered: What was given up, the oldest first.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._closed = False
        self.undelivered: list[UndeliveredEvent] = []

    def take(self, delivery: Delivery) -> None:
        """Deliver an event after the latency; a jumping clock jumps there."""
        self._attempt_at(delivery.arrived + LATENCY, delivery)

    def close(self) -> None:
        """Deliver nothing more."""
        self._closed = True

    def _attempt_at(self, due: datetime, delivery: Delivery) -> None:
        # no jumping to later attempts: a target that always fails would cost a virtual day
        foreground = delivery.attempt == 1
        self._context.clock.call_at(due, lambda: self._attempt(delivery), foreground=foreground)

    def _attempt(self, delivery: Delivery) -> None:
        if self._closed:
            return
        target, event, rule = delivery.target, delivery.event, delivery.rule
        try:
            text = inputs.text(target, event, rule)
            send(self._context, target, text, event["id"], rule["arn"])
        except inputs.InputError as error:
            self._give_up(delivery, DeliveryError("INVALID_JSON", str(error)), None)
        except DeliveryError as error:
            self._after_failure(delivery, error)

    def _after_failure(self, delivery: Delivery, error: DeliveryError) -> None:
        due = self._context.clock.now() + retry_delay(delivery.attempt)
        condition = exhausted_condition(delivery.target, delivery.attempt, delivery.arrived, due)
        if condition is not None or not error.retriable:
            self._give_up(delivery, error, condition if error.retriable else None)
        else:
            self._attempt_at(due, replace(delivery, attempt=delivery.attempt + 1))

    def _give_up(self, delivery: Delivery, error: DeliveryError, condition: str | None) -> None:
        target, rule = delivery.target, delivery.rule
        LOG.warning("rule %s gave up on %s: %s", rule["name"], target["Arn"], error)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        taken = queue if queue and self._send_to(queue, delivery, error, condition) else None
        lost = UndeliveredEvent(
            rule["name"], target["Arn"], delivery.event, error.code, str(error), delivery.attempt, taken
        )
        self.undelivered.append(lost)

    def _send_to(self, queue: str, delivery: Delivery, error: DeliveryError, condition: str | None) -> bool:
        """Send the matched event, with what went wrong as attributes, to a dead-letter queue."""
        details = {
            "ERROR_CODE": error.code,
            "ERROR_MESSAGE": str(error),
            "RETRY_ATTEMPTS": str(delivery.attempt - 1),
            "RULE_ARN": delivery.rule["arn"],
            "TARGET_ARN": delivery.target["Arn"],
            **({"EXHAUSTED_RETRY_CONDITION": condition} if condition else {}),
        }
        event = {name: value for name, value in delivery.event.items() if name != "ingestion-time"}
        try:
            send_message(self._context, queue, json.dumps(event), details)
        except (ClientError, BotoCoreError):
            LOG.exception("the dead-letter queue %s did not take its event", queue)
            return False
        return True
