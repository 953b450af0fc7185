"""The operation that a request calls, and its parameters by the names of the model.

Values keep the type that they have on the wire, so that a number where text belongs is noticed:
JSON's own, or for addresses, headers and forms that of the shape which they are read for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from urllib.parse import unquote

from botocore.model import OperationModel
from botocore.utils import parse_timestamp
from moto.core.parse import QueryParser
from moto.core.utils import get_service_model
from werkzeug.wrappers import Request

from local.api_models.constraints import WrongTypeError
from local.strict_json import parse_json

_NUMBERS = frozenset({"integer", "long", "float", "double"})
_BY_ADDRESS = frozenset({"rest-json", "rest-xml"})


@dataclass(frozen=True)
class Operation:
    """One operation and, of the REST protocols, how its address is written."""

    model: OperationModel
    address: re.Pattern[str]


def find_operation(service: str, request: Request) -> tuple[OperationModel, dict[str, str]] | None:
    """The operation and the parts of its address that are parameters; None if the API has no such operation.

    Args:
        service: botocore's name of it.
        request: As it arrived.
    """
    if name := _name(request):
        return _by_name(service, name)
    for operation in _by_address(service):
        found = operation.address.fullmatch(request.path)
        if operation.model.http["method"] == request.method and found is not None:
            return operation.model, {key: unquote(value) for key, value in found.groupdict().items()}
    return None


def is_named(request: Request) -> bool:
    """Whether a request names its operation, instead of an address that stands for one."""
    return bool(_name(request))


def lists_by_name(service: str) -> bool:
    """Whether an API calls every operation by its name, at one address."""
    return str(get_service_model(service).protocol) not in _BY_ADDRESS


def is_readable(model: OperationModel, request: Request) -> bool:
    """Whether the model tells how a request spells its parameters: not for EC2 and forms of JSON APIs."""
    return "X-Amz-Target" in request.headers or model.service_model.protocol not in {"json", "ec2"}


def read_parameters(model: OperationModel, request: Request, address: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a call; those that the model does not know are left out, as AWS does.

    Raises:
        WrongTypeError: The body is none, or a text does not stand for a value of its type.
    """
    if model.input_shape is None:
        return {}
    if "X-Amz-Target" in request.headers:
        return dict(_members(read_document(request), model.input_shape))
    if model.service_model.protocol.startswith("rest"):
        return _rest(model, request, address)
    return parse_form(model, request)


class _FormParser(QueryParser):
    """moto's, but what is neither true nor false is refused."""

    def _parse_boolean(self, shape: Any, query_params: Any, prefix: str = "") -> Any:
        text = query_params.get(prefix)
        if text is not None and text.lower() not in {"true", "false"}:
            raise ValueError(f"{prefix} must be true or false, not {text!r}")
        return super()._parse_boolean(shape, query_params, prefix)  # type: ignore[no-untyped-call] # moto's


def parse_form(model: OperationModel, request: Any) -> dict[str, Any]:
    """The typed parameters of a request of the query protocol; timestamps are timezone-aware.

    Raises:
        WrongTypeError: A text does not stand for a value of its type.
    """
    _check_numbering(request.values)
    parser: Any = _FormParser(cast("Any", model), timestamp_parser=_moment)
    try:
        return dict(parser.parse({"values": request.values}))
    except ValueError as error:
        raise WrongTypeError(f"A parameter of {model.name} has the wrong type: {error}") from error


def _check_numbering(names: Iterable[str]) -> None:
    """The parts of a list are numbered from 1 without a gap: what follows a gap would not be read."""
    numbers: dict[str, set[int]] = {}
    for name in names:
        parts = name.split(".")
        for index, part in enumerate(parts):
            if part.isdecimal():
                numbers.setdefault(".".join(parts[:index]), set()).add(int(part))
    for prefix, found in numbers.items():
        missing = next((number for number in range(1, len(found) + 1) if number not in found), None)
        if missing is not None:
            raise WrongTypeError(f"{prefix}.{missing} is missing: a list is numbered from 1 without a gap")


def _name(request: Request) -> str:
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    return target or request.values.get("Action", "")


def _moment(text: str) -> datetime:
    """A text's moment, in UTC.

    Raises:
        ValueError: It is none, or none of the years 1 to 9999.
    """
    try:
        moment: datetime = parse_timestamp(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (RuntimeError, OverflowError) as error:  # botocore's for a number, Python's for a text
        raise ValueError(f"{text} is out of the range of timestamps") from error


def _by_name(service: str, name: str) -> tuple[OperationModel, dict[str, str]] | None:
    model: Any = get_service_model(service)
    return (_operation(service, name), {}) if name in model.operation_names else None


@cache
def _operation(service: str, name: str) -> OperationModel:
    return cast("OperationModel", get_service_model(service).operation_model(name))


@cache
def _by_address(service: str) -> list[Operation]:
    """Operations of a REST API, those with the most literal addresses first."""
    model: Any = get_service_model(service)
    if not model.protocol.startswith("rest"):
        return []
    operations = [_operation(service, name) for name in model.operation_names]
    ordered = sorted(operations, key=lambda each: (each.http["requestUri"].count("{"), each.name))
    return [Operation(each, _address(each.http["requestUri"])) for each in ordered]


def _address(template: str) -> re.Pattern[str]:
    """``/schedules/{Name}`` as a pattern with a group for each part; ``{Key+}`` spans slashes."""
    literals = re.split(r"\{(\w+)(\+?)\}", template.partition("?")[0])
    pattern = ""
    names, greedy_ones = [*literals[1::3], ""], [*literals[2::3], ""]
    for literal, name, greedy in zip(literals[::3], names, greedy_ones, strict=True):
        part = f"(?P<{name}>{'.+' if greedy else '[^/]*'})" if name else ""
        pattern += re.escape(literal) + part
    return re.compile(pattern.removesuffix("/") + "/?")


def read_document(request: Request) -> dict[str, Any]:
    """The JSON object that is a request's body; nothing stands for an empty one.

    Raises:
        WrongTypeError: It is none.
    """
    body = request.get_data()
    try:
        document = parse_json(body) if body else {}
    except ValueError as error:
        raise WrongTypeError("The request's body must be JSON") from error
    if not isinstance(document, dict):
        raise WrongTypeError("The request's body must be an object")
    return document


def _members(document: Any, shape: Any) -> Any:
    """A JSON document with the names of the model for the names on the wire; nothing else is changed."""
    if shape.type_name == "structure" and isinstance(document, dict):
        names = {name: part.serialization.get("name", name) for name, part in shape.members.items()}
        given = {name: document[key] for name, key in names.items() if document.get(key) is not None}
        return {name: _members(part, shape.members[name]) for name, part in given.items()}
    if shape.type_name == "list" and isinstance(document, list):
        return [_members(part, shape.member) for part in document]
    if shape.type_name == "map" and isinstance(document, dict):
        return {key: _members(part, shape.value) for key, part in document.items()}
    return document


def _rest(model: OperationModel, request: Request, address: Mapping[str, str]) -> dict[str, Any]:
    shape: Any = model.input_shape
    found = dict(_body(request, shape))
    for name, member in shape.members.items():
        where, key = member.serialization.get("location"), member.serialization.get("name", name)
        if where == "uri":
            found[name] = _to_type(address.get(key), member, name)
        elif where == "header":
            found[name] = _to_type(request.headers.get(key), member, name)
        elif where == "querystring" and member.type_name == "list":
            found[name] = request.args.getlist(key) or None
        elif where == "querystring":
            found[name] = _to_type(request.args.get(key), member, name)
    return {name: value for name, value in found.items() if value is not None}


def _body(request: Request, shape: Any) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    if payload is None:
        inside = {name for name, part in shape.members.items() if "location" not in part.serialization}
        return {
            name: value for name, value in _members(read_document(request), shape).items() if name in inside
        }
    member = shape.members[payload]
    if member.type_name in {"blob", "string"}:
        return {payload: request.get_data()} if member.type_name == "blob" else {}
    return {payload: _members(read_document(request), member)}


def _to_type(text: str | None, shape: Any, name: str) -> Any:
    """What a text of an address or a header stands for."""
    if text is None or shape.type_name not in {*_NUMBERS, "boolean", "timestamp"}:
        return text
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        if shape.type_name == "timestamp":
            return _moment(text)
        return float(text) if shape.type_name in {"float", "double"} else int(text)
    except ValueError as error:
        raise WrongTypeError(
            f"{name} must be a {'number' if shape.type_name in _NUMBERS else 'timestamp'}"
        ) from error
