"""The names of services, operations, members and errors as Step Functions spells them.

Its SDK integrations speak the names of the AWS SDK for Java 2: PascalCase members, ``Fault`` turned into
``Exception``, acronyms cased as words in class names (AWS Step Functions guide, "Integrating services";
observed: ``Rds.DbInstanceNotFoundException``, ``SsekmsKeyId``).
"""

import functools
import re

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel

OTHER_SERVICE_NAMES = {
    "apigatewayv2": "apigatewayv2",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "costexplorer": "ce",
    "eventbridge": "events",
    "elasticloadbalancingv2": "elbv2",
    "sfn": "stepfunctions",
}
"""Services whose name in a resource ARN is not botocore's without dashes."""

WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
LEADING_ACRONYM = re.compile(r"^([A-Z]{2,})(?=$|[A-Z][a-z]|[0-9])")


@functools.cache
def service_model(service: str) -> ServiceModel | None:
    """The model of a service named as in ``aws-sdk:SERVICE:ACTION``, or None."""
    session = botocore.session.get_session()
    name = OTHER_SERVICE_NAMES.get(service) or _names_without_dashes().get(service)
    try:
        return None if name is None else session.get_service_model(name)
    except UnknownServiceError:
        return None


@functools.cache
def _names_without_dashes() -> dict[str, str]:
    names = botocore.session.get_session().get_available_services()
    return {name.replace("-", ""): name for name in names}


@functools.cache
def operation_model(service: str, action: str) -> OperationModel | None:
    """The operation that an action such as ``describeClusters`` names, or None; actions are in camelCase."""
    model = service_model(service)
    if model is None or not action[:1].islower():
        return None
    found = next((name for name in model.operation_names if name.lower() == action.lower()), None)
    return None if found is None else model.operation_model(found)


@functools.cache
def class_name(text: str) -> str:
    """A name with each of its words capitalized: ``DBInstance`` is ``DbInstance``."""
    words = WORDS.findall(text.replace("-", " ").replace("_", " "))
    return "".join(word[:1].upper() + word[1:].lower() for word in words)


@functools.cache
def member_name(text: str) -> str:
    """A member as Step Functions shows it: a leading acronym is cased as a word (``DBName``: ``DbName``)."""
    acronym = LEADING_ACRONYM.match(text)
    if acronym is None:
        return text[:1].upper() + text[1:]
    return acronym[0].capitalize() + text[acronym.end() :]


def service_prefix(model: ServiceModel) -> str:
    """What the service's error names begin with: ``Redshift``, ``DynamoDb``, ``Sfn``."""
    return class_name(model.service_id)


def error_name(model: ServiceModel, code: str) -> str:
    """The error name of a wire code: the modeled exception's class, or the service's own for others."""
    prefix = service_prefix(model)
    modeled = ((shape, shape.metadata.get("error", {}).get("code")) for shape in model.error_shapes)
    shape = next((shape for shape, wire_code in modeled if code in {wire_code, shape.name}), None)
    if shape is None:
        return f"{prefix}.{prefix}Exception"
    stem = class_name(shape.name.removesuffix("Fault").removesuffix("Exception"))
    return f"{prefix}.{stem}Exception"
