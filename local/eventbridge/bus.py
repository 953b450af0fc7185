"""moto's event buses with rules that hold and deliver: moto itself calls queues, log groups and buses only.

moto keeps rules and targets. Patterns and targets are checked when they are put, a rule that is disabled is
silent, events carry the shared clock's time, and `local.eventbridge.delivery` calls the targets.
"""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventPattern, EventsBackend, Rule, events_backends
from moto.events.responses import EventsHandler

from local.arns import MALFORMED, is_arn
from local.context import Context
from local.eventbridge import inputs, patterns
from local.eventbridge.delivery import Deliveries, Delivery
from local.eventbridge.listeners import Listeners
from local.eventbridge.targets import SERVICES, check, service_of

SERVED_BY_MOTO = frozenset({"events", "logs"})
"""Targets that moto serves at once: other buses, archives, log groups."""

OF_AWS = "aws."
"""How the sources of AWS's own events begin: only its services put them (PutEventsRequestEntry)."""

NOT_AUTHORIZED = {
    "ErrorCode": "NotAuthorizedForSourceException",
    "ErrorMessage": "Not authorized for the source.",
}

_in_moto: dict[tuple[type, str], Callable[..., Any]] = {
    (EventsBackend, name): getattr(EventsBackend, name) for name in ("put_rule", "put_targets", "put_events")
} | {
    (Rule, "send_to_targets"): Rule.send_to_targets,
    (EventsHandler, "put_events"): EventsHandler.put_events,
}


def install(context: Context, deliveries: Deliveries, listeners: Listeners) -> None:
    """Deliver by the rules of one local AWS, and to its listeners."""

    def put_events(backend: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        now = context.clock.now().timestamp()
        timed = [{**event, "Time": event.get("Time") or now} for event in events]
        answer: list[dict[str, Any]] = _in_moto[EventsBackend, "put_events"](backend, timed)
        for entry, taken in zip(timed, answer, strict=True):
            if "EventId" in taken:
                listeners.take(entry)
        return answer

    def send_to_targets(rule: Rule, original_event: Any, transform_input: bool = True) -> None:  # noqa: FBT001, FBT002 - moto's signature
        _send(context, deliveries, rule, original_event, transform_input=transform_input)

    own = {"put_rule": _put_rule, "put_targets": _put_targets, "put_events": put_events}
    for name, function in own.items():
        setattr(EventsBackend, name, function)
    Rule.send_to_targets = send_to_targets  # type: ignore[assignment,method-assign] # moto's asks no more than queues
    EventsHandler.put_events = _answer_put_events  # type: ignore[method-assign,assignment] # names its self


def restore() -> None:
    """Have moto deliver as it does by itself."""
    for (owner, name), function in _in_moto.items():
        setattr(owner, name, function)


def _answer_put_events(handler: EventsHandler) -> str:
    """PutEvents by a caller; the services here put theirs at the backend."""
    entries = handler._get_param("Entries")  # noqa: SLF001 - moto's way to its parameters
    permitted = [entry for entry in entries if not _is_of_aws(entry)]
    taken = iter(handler.events_backend.put_events(permitted))
    results = [NOT_AUTHORIZED if _is_of_aws(entry) else next(taken) for entry in entries]
    failed = sum("ErrorCode" in result for result in results)
    return json.dumps({"FailedEntryCount": failed, "Entries": results})


def _is_of_aws(entry: dict[str, Any]) -> bool:
    return str(entry.get("Source", "")).startswith(OF_AWS)


def is_awaited(account: str, region: str, event: dict[str, Any]) -> bool:
    """Whether an enabled rule of the default bus waits for such an event."""
    rules = events_backends[account][region].event_buses["default"].rules.values()
    return any(_concerns(rule, event) for rule in list(rules))


def _concerns(rule: Rule, event: dict[str, Any]) -> bool:
    pattern = rule.event_pattern.get_pattern()
    return rule.state != "DISABLED" and bool(pattern) and patterns.matches(pattern, event)


def _send(
    context: Context, deliveries: Deliveries, rule: Rule, original: dict[str, Any], *, transform_input: bool
) -> None:
    now = context.clock.now()
    event = {**original, "time": _iso(original["time"]), "ingestion-time": _stamp(now)}
    if not _concerns(rule, event):
        return
    for target in copy.deepcopy(rule.targets):
        if service_of(target) in SERVED_BY_MOTO:
            _deliver_by_moto(rule, target, original, transform_input=transform_input)
        else:
            deliveries.take(Delivery({"name": rule.name, "arn": rule.arn}, target, event, now))


def _deliver_by_moto(
    rule: Rule, target: dict[str, Any], event: dict[str, Any], *, transform_input: bool
) -> None:
    single = copy.copy(rule)
    single.targets = [target]
    single.event_pattern = EventPattern(None, {})
    _in_moto[Rule, "send_to_targets"](single, copy.deepcopy(event), transform_input)


def _put_rule(backend: EventsBackend, name: str, *args: Any, **given: Any) -> Rule:
    if given.get("scheduled_expression"):
        raise ValidationException(
            f"local AWS fires no rule by a schedule: give rule {name} an EventPattern, or make it an "
            "EventBridge Scheduler schedule."
        )
    if given.get("event_pattern"):
        try:
            patterns.parse(given["event_pattern"])
        except patterns.PatternError as error:
            raise InvalidEventPatternException(reason=str(error)) from error
    rule: Rule = _in_moto[EventsBackend, "put_rule"](backend, name, *args, **given)
    return rule


def _put_targets(
    backend: EventsBackend, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]
) -> None:
    rule = backend.describe_rule(name, event_bus_arn).arn
    for target in targets:
        problem = _problem(target, rule)
        if problem is not None:
            raise ValidationException(problem)
    _in_moto[EventsBackend, "put_targets"](backend, name, event_bus_arn, targets)


def _problem(target: dict[str, Any], rule_arn: str) -> str | None:
    if not is_arn(target["Arn"]):
        return MALFORMED
    if service_of(target) not in {*SERVICES, *SERVED_BY_MOTO}:
        return f"local AWS delivers no events to {target['Arn']} (target {target['Id']})."
    try:
        inputs.check(target)
    except inputs.InputError as error:
        return str(error)
    return check(target, rule_arn)


def _iso(moment: str | float) -> str:
    if isinstance(moment, str):
        return moment
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
