"""A call's parameters, read from the request and held against botocore's model of the API."""

from typing import Any

from botocore.model import OperationModel, OperationNotFoundError
from moto.core.request import Request
from moto.core.utils import get_service_model

from local.api_models.constraints import WrongTypeError, summary, violations
from local.api_models.reading import parse_form
from local.redshift.api.xml_characters import NOT_XML
from local.redshift.errors import RedshiftError, invalid_value

COMMON = frozenset({"Action", "Version"})


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
        RedshiftError: One is unknown, missing, of the wrong type, or breaks a constraint of the model.
    """
    model = operation_model(action)
    _check_names(model, list(request.values.keys()))
    for name, text in request.values.items():
        if NOT_XML.search(text):
            raise invalid_value(f"The value of {name} has a character that is not allowed in XML.")
    try:
        parsed = parse_form(model, request)
        _check_constraints(model, parsed)
    except WrongTypeError as error:
        raise invalid_value(f"{error}.") from error
    return parsed


def _check_names(model: OperationModel, names: list[str]) -> None:
    shape = model.input_shape
    members = shape.members.items() if shape is not None else ()
    known = {part.serialization.get("name", name) for name, part in members}
    for name in names:
        if name not in COMMON and name.partition(".")[0] not in known:
            raise invalid_value(f"{name} is not a parameter of {model.name}.")


def _check_constraints(model: OperationModel, parsed: dict[str, Any]) -> None:
    shape = model.input_shape
    if shape is None:
        return
    for name in shape.required_members:
        if name not in parsed:
            raise RedshiftError("MissingParameter", f"The request must contain the parameter {name}.")
    found = list(violations(parsed, shape))
    if found:
        raise RedshiftError(
            "MissingParameter" if found[0].missing else "InvalidParameterValue", summary(found)
        )
