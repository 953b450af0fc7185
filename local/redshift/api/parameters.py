"""A call's parameters, read from the request and checked against botocore's model of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ParamValidationError
from botocore.model import OperationNotFoundError
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator
from moto.core.parse import QueryParser
from moto.core.utils import get_service_model

from local.redshift.errors import RedshiftError, invalid_value

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from moto.core.request import Request

COMMON = frozenset({"Action", "Version"})
VALIDATOR = ParamValidator()


def operation_model(action: str) -> OperationModel:
    """The model of an operation.

    Raises:
        RedshiftError: ``InvalidAction``; the API has no such operation.
    """
    try:
        model: OperationModel = get_service_model("redshift").operation_model(action)
    except OperationNotFoundError:
        raise invalid_action(action) from None
    return model


def invalid_action(action: str) -> RedshiftError:
    """An operation that the API or this emulation does not have."""
    sentence = f"The action {action} is not valid for this endpoint: local AWS's Redshift does not answer it."
    return RedshiftError("InvalidAction", sentence)


def read_parameters(request: Request, action: str) -> dict[str, Any]:
    """The parameters of a call, typed; timestamps are timezone-aware.

    Raises:
        RedshiftError: One is unknown, missing, of the wrong type, or no value of its enumeration.
    """
    model = operation_model(action)
    _check_names(model, list(request.values.keys()))
    parser: Any = QueryParser(cast("Any", model), timestamp_parser=_moment)
    try:
        parsed: dict[str, Any] = parser.parse({"values": request.values})
    except ValueError as error:
        raise invalid_value(f"A parameter of {action} has the wrong type: {error}.") from error
    _check_types(model, parsed)
    return parsed


def _moment(text: str) -> datetime:
    moment: datetime = parse_timestamp(text)
    return moment.astimezone(UTC)


def _check_names(model: OperationModel, names: list[str]) -> None:
    shape = model.input_shape
    known = set(shape.members) if shape is not None else set()
    for name in names:
        if name not in COMMON and name.partition(".")[0] not in known:
            raise invalid_value(f"{name} is not a parameter of {model.name}.")


def _check_types(model: OperationModel, parsed: dict[str, Any]) -> None:
    shape = model.input_shape
    if shape is None:
        return
    for name in shape.required_members:
        if name not in parsed:
            raise RedshiftError("MissingParameter", f"The request must contain the parameter {name}.")
    try:
        report = VALIDATOR.validate(parsed, shape)
    except ParamValidationError as error:
        raise invalid_value(str(error)) from error
    if report.has_errors():
        raise invalid_value(report.generate_report())
    _check_enumerations(shape, parsed)


def _check_enumerations(shape: Any, value: Any, name: str = "") -> None:
    """Refuse values outside their enumeration, which botocore leaves to the service."""
    if shape.type_name == "structure":
        for member, part in value.items():
            _check_enumerations(shape.members[member], part, member)
    elif shape.type_name == "list":
        for part in value:
            _check_enumerations(shape.member, part, name)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        raise invalid_value(f"Invalid value {value!r} for {name}. Valid values: {', '.join(shape.enum)}.")
