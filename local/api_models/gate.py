"""The gate before the services: what their model rules out never reaches them."""

from flask import Flask, Response, request

from local.api_models.constraints import Violation, WrongTypeError, summary, violations
from local.api_models.reading import (
    find_operation,
    is_named,
    is_readable,
    lists_by_name,
    read_document,
    read_parameters,
)
from local.errors import NOT_IMPLEMENTED, aws_error, unknown_call

BAD_REQUEST = 400
VALIDATED = {
    "awslambda": "ValidationException",
    "cloudformation": "ValidationError",
    "cloudtrail": "ValidationException",
    "cloudwatch": "ValidationError",
    "events": "ValidationException",
    "scheduler": "ValidationException",
    "servicequotas": "ValidationException",
    "stepfunctions": "ValidationException",
}
"""moto's names of the services whose calls are checked here → the code of what a model rules out."""

CODES = {
    ("cloudtrail", "maxResults"): "InvalidMaxResultsException",
    ("cloudtrail", "lookupAttributes.1.member.attributeKey"): "InvalidLookupAttributesException",
}
"""Members whose refusals have a code of their own (each API's reference)."""

MOTOS = {
    "autoscaling": "ValidationError",
    "dynamodb": "ValidationException",
    "ec2": "MissingParameter",
    "iam": "ValidationError",
    "kms": "ValidationException",
    "logs": "InvalidParameterException",
    "redshiftdata": "ValidationException",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "secretsmanager": "ValidationException",
    "sns": "ValidationError",
    "sqs": "MissingParameter",
    "ssm": "ValidationException",
    "sts": "ValidationError",
}
"""Likewise of the services that moto serves: of these, types and required members alone are checked."""

BOTOCORE_NAMES = {"awslambda": "lambda", "redshiftdata": "redshift-data", "servicequotas": "service-quotas"}
"""Of the services that moto calls otherwise."""

WRONG_TYPE = {
    "cloudformation": "ValidationError",
    "autoscaling": "MalformedInput",
    "ec2": "InvalidParameterValue",
    "iam": "MalformedInput",
    "sns": "MalformedInput",
    "sts": "MalformedInput",
}
"""Codes of a value of the wrong type, where they are not SerializationException."""


def install_validation(app: Flask, service: str) -> None:
    """Have a service's application refuse what its API's model rules out."""
    app.before_request(lambda: unreadable_response(service))
    if service in VALIDATED or service in MOTOS:
        app.before_request(lambda: refusal_response(service))


def unreadable_response(service: str) -> Response | None:
    """The error for a call of the JSON protocols whose body is no JSON object, of whatever service."""
    if "X-Amz-Target" not in request.headers:
        return None
    try:
        read_document(request)
    except WrongTypeError as error:
        return aws_error(service, BAD_REQUEST, "SerializationException", str(error))
    return None


def refusal_response(service: str) -> Response | None:
    """The error for the request at hand; None if it may pass, or calls nothing that the API has.

    Args:
        service: moto's name of it.
    """
    name = BOTOCORE_NAMES.get(service, service)
    try:
        operation = find_operation(name, request)
        if operation is None:
            return _unknown(service, name)
        if operation[0].input_shape is None or not is_readable(operation[0], request):
            return None
        parameters = read_parameters(*operation[:1], request, operation[1])
        found = list(violations(parameters, operation[0].input_shape))
    except WrongTypeError as error:
        return aws_error(service, BAD_REQUEST, WRONG_TYPE.get(service, "SerializationException"), str(error))
    if service in MOTOS:
        found = [each for each in found if each.missing]
    return _refusal(service, found) if found else None


def _unknown(service: str, name: str) -> Response | None:
    """The error for a call of nothing that the API has; None where moto answers by the address."""
    if is_named(request):
        return aws_error(service, NOT_IMPLEMENTED, "NotImplemented", unknown_call(service))
    if lists_by_name(name) and request.path == "/":
        sentence = "The request must name an operation: the parameter Action or the header X-Amz-Target"
        return aws_error(service, BAD_REQUEST, "MissingAction", sentence)
    return None


def _refusal(service: str, found: list[Violation]) -> Response:
    code = CODES.get((service, found[0].field), (VALIDATED | MOTOS)[service])
    return aws_error(service, BAD_REQUEST, code, summary(found))
