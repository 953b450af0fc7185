"""What a target gets of an event: all of it, a part, a constant, or a template that is filled.

Source: EventBridge user guide, "Amazon EventBridge input transformation". Its "Common issues" hold here, too:
a variable whose path is not in the event leaves nothing in its place, and values are not escaped inside
strings. What is no JSON after that is not delivered (INVALID_JSON in "Using dead-letter queues").
"""

import json
import re
from typing import Any

from local.strict_json import parse_json

STEP = re.compile(r"\.([\w/-]+)|\['([^']+)'\]|\[(\d+|\*)\]|\.(\*)")
PATH = re.compile(rf"\$(?:{STEP.pattern})*")
VARIABLE = re.compile(r"<([\w.-]+)>")
RESERVED = frozenset(
    {
        "aws.events.event",
        "aws.events.event.ingestion-time",
        "aws.events.event.json",
        "aws.events.rule-arn",
        "aws.events.rule-name",
    }
)
WAYS = ("Input", "InputPath", "InputTransformer")
_ABSENT = object()


class InputError(Exception):
    """A target's input that EventBridge would refuse, or an event that does not fit; one sentence."""


def check(target: dict[str, Any]) -> None:
    """Refuse a target whose input is wrongly described.

    Raises:
        InputError: Two ways at once, an invalid path, or an undefined variable.
    """
    given = [way for way in WAYS if target.get(way)]
    if len(given) > 1:
        raise InputError(f"Only one of {', '.join(WAYS)} must be provided for target {target['Id']}.")
    transformer = target.get("InputTransformer") or {}
    paths = transformer.get("InputPathsMap") or {}
    for path in [*paths.values(), *([target["InputPath"]] if target.get("InputPath") else [])]:
        if not PATH.fullmatch(path):
            raise InputError(f"Invalid JSONPath {path} in target {target['Id']}.")
    for name in VARIABLE.findall(transformer.get("InputTemplate", "")):
        if name not in paths and name not in RESERVED:
            raise InputError(f"InputTemplate for target {target['Id']} contains invalid placeholder {name}.")


def text(target: dict[str, Any], event: dict[str, Any], rule: dict[str, str]) -> str:
    """The JSON that a target gets.

    Args:
        target: As PutTargets took it.
        event: As it was matched, with ``ingestion-time`` beside what targets see.
        rule: Its ``name`` and ``arn``.

    Raises:
        InputError: What came out is no JSON.
    """
    shown = {name: value for name, value in event.items() if name != "ingestion-time"}
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        value = _value_at(target["InputPath"], shown)
        if value is _ABSENT:
            raise InputError(f"{target['InputPath']} is not in the event")
        return json.dumps(value)
    if target.get("InputTransformer"):
        return _fill(target["InputTransformer"], shown, _reserved_variables(event, shown, rule))
    return json.dumps(shown)


def _reserved_variables(event: dict[str, Any], shown: dict[str, Any], rule: dict[str, str]) -> dict[str, Any]:
    return {
        "aws.events.event": {name: value for name, value in shown.items() if name != "detail"},
        "aws.events.event.ingestion-time": event["ingestion-time"],
        "aws.events.event.json": shown,
        "aws.events.rule-arn": rule["arn"],
        "aws.events.rule-name": rule["name"],
    }


def _fill(transformer: dict[str, Any], event: dict[str, Any], reserved: dict[str, Any]) -> str:
    paths = transformer.get("InputPathsMap") or {}
    values = {name: _value_at(path, event) for name, path in paths.items()} | reserved
    template = transformer["InputTemplate"]
    filled = "".join(_part(piece, values, quoted=quoted) for piece, quoted in _pieces(template))
    try:
        parse_json(filled)
    except ValueError as error:
        if not template.lstrip().startswith(("{", "[", '"')):
            return json.dumps(filled)
        raise InputError(f"the filled InputTemplate is no JSON: {error}: {filled}") from error
    return filled


def _part(piece: str, values: dict[str, Any], *, quoted: bool) -> str:
    return VARIABLE.sub(lambda found: _variable_text(values[found[1]], quoted=quoted), piece)


def _pieces(template: str) -> list[tuple[str, bool]]:
    """A template's pieces, and of each whether it stands inside a JSON string."""
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', template)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces)]


def _variable_text(value: Any, *, quoted: bool) -> str:
    if value is _ABSENT:
        return ""
    if not quoted:
        return json.dumps(value)
    return value if isinstance(value, str) else json.dumps(value).replace('"', "")


def _value_at(path: str, document: Any) -> Any:
    """The value at a path, a list of them behind a wildcard, or `_ABSENT`."""
    steps = [next(part for part in step if part) for step in STEP.findall(path)]
    return _walk(steps, document)


def _walk(steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step == "*":
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        found = [_walk(rest, item) for item in items]
        return [each for each in found if each is not _ABSENT] or _ABSENT
    if isinstance(value, dict) and step in value:
        return _walk(rest, value[step])
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return _walk(rest, value[int(step)])
    return _ABSENT
