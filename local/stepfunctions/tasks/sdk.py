"""Calls any AWS API as the SDK integrations do: generic over botocore's models, with AWS's names."""

import functools
import json
import threading
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.model import OperationModel, Shape

from local.callers import AS_WORK
from local.clients import session
from local.stepfunctions.asl.failures import RUNTIME, StateFailure
from local.stepfunctions.asl.limits import dump
from local.stepfunctions.tasks.naming import error_name, member_name, service_prefix

CONNECTIONS = 100
LONGEST_CALL = 1_000
"""Real seconds that a call may take; a Lambda function runs 900 at most."""


class Sdk:
    """The AWS APIs at one endpoint.

    Args:
        endpoint: Where they are served.
        region: The Region that calls are made in.
        credentials: Whose calls they are, in the names of boto3's arguments.
    """

    def __init__(self, endpoint: str, region: str, credentials: dict[str, str]) -> None:
        self._endpoint = endpoint
        self._session = session(region, credentials)
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def call(self, service: str, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call an operation with arguments as botocore names them; the answer is plain JSON, so named too.

        Raises:
            StateFailure: The API answered with an error, or did not answer.
        """
        answer = self.raw_call(service, operation, arguments)
        answer.pop("ResponseMetadata", None)
        plain: dict[str, Any] = jsonable(answer)
        return plain

    def raw_call(self, service: str, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """As `call`, with the answer as botocore gives it."""
        client = self._client(service)
        try:
            answer: dict[str, Any] = client._make_api_call(operation, arguments)  # noqa: SLF001 - by its API name
        except ClientError as error:
            raise _service_failure(client, error) from error
        except ParamValidationError as error:
            raise StateFailure(RUNTIME, _unusable(arguments, str(error.kwargs["report"]))) from error
        except BotoCoreError as error:
            prefix = service_prefix(client.meta.service_model)
            raise StateFailure(f"{prefix}.SdkClientException", str(error)) from error
        return answer

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(  # type: ignore[call-overload] # any service
                    service, endpoint_url=self._endpoint, config=_client_config()
                )
            return self._clients[service]


@functools.cache
def _client_config() -> Config:
    return Config(
        max_pool_connections=CONNECTIONS,
        read_timeout=LONGEST_CALL,
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        **AS_WORK,  # type: ignore[arg-type] # one more option than its stubs know
    )


def _service_failure(client: Any, error: ClientError) -> StateFailure:
    model = client.meta.service_model
    meta = error.response.get("ResponseMetadata", {})
    description = error.response.get("Error", {})
    cause = (
        f"{description.get('Message', '')} (Service: {service_prefix(model)},"
        f" Status Code: {meta.get('HTTPStatusCode')}, Request ID: {meta.get('RequestId')})"
    )
    return StateFailure(error_name(model, str(description.get("Code"))), cause)


def to_members(arguments: Any, operation: OperationModel, *, optimized: bool = False) -> dict[str, Any]:
    """Arguments of an integration as botocore wants them.

    Args:
        arguments: As the definition gives them.
        operation: What they are for.
        optimized: JSON is taken where the API wants a text or bytes, as in ``Detail`` or ``Payload``.

    Raises:
        StateFailure: States.Runtime, naming a field that the operation does not have.
    """
    if operation.input_shape is None:
        return {}
    if not isinstance(arguments, dict):
        raise StateFailure(RUNTIME, _unusable(arguments, "they are not a JSON object"))
    members: dict[str, Any] = Conversion(arguments, optimized=optimized).value(
        arguments, operation.input_shape
    )
    return members


class Conversion:
    """Turns one document of arguments into botocore's.

    Args:
        whole: The document, for the message when something in it is wrong.
        optimized: As in `to_members`.
    """

    def __init__(self, whole: Any, *, optimized: bool) -> None:
        self._whole = whole
        self._optimized = optimized

    def value(self, value: Any, shape: Any) -> Any:
        """A value of a shape; what does not fit is left for botocore to name."""
        is_document = getattr(shape, "is_document_type", False)
        if shape.type_name == "structure" and isinstance(value, dict) and not is_document:
            return dict(self._member(key, each, shape) for key, each in value.items())
        if shape.type_name == "list" and isinstance(value, list):
            return [self.value(each, shape.member) for each in value]
        if shape.type_name == "map" and isinstance(value, dict):
            return {key: self.value(each, shape.value) for key, each in value.items()}
        if shape.type_name == "blob":
            is_text = isinstance(value, str) and not self._optimized
            return (value if is_text else dump(value)).encode()
        if shape.type_name == "string" and self._optimized and isinstance(value, (dict, list)):
            return dump(value)
        return value

    def _member(self, key: str, value: Any, shape: Any) -> tuple[str, Any]:
        if not key[:1].islower():
            for name, inner in shape.members.items():
                if name.lower() == key.lower():
                    return name, self.value(value, inner)
        raise StateFailure(
            RUNTIME, _unusable(self._whole, f'The field "{key}" is not supported by Step Functions')
        )


def _unusable(arguments: Any, why: str) -> str:
    shown = json.dumps(arguments, default=str)
    return f"The Arguments '{shown}' could not be used to start the Task: [{why}]"


def from_members(answer: Any, shape: Shape | None) -> Any:
    """An answer with its members named as Step Functions names them."""
    if shape is None:
        return {}
    if shape.type_name == "structure" and isinstance(answer, dict):
        members: dict[str, Any] = shape.members  # type: ignore[attr-defined] # a structure
        return {
            member_name(name): from_members(each, members[name])
            for name, each in answer.items()
            if name in members
        }
    if shape.type_name == "list" and isinstance(answer, list):
        return [from_members(each, shape.member) for each in answer]  # type: ignore[attr-defined] # a list
    if shape.type_name == "map" and isinstance(answer, dict):
        inner = shape.value  # type: ignore[attr-defined] # a map
        return {key: from_members(each, inner) for key, each in answer.items()}
    return answer


def jsonable(value: Any) -> Any:
    """An answer of botocore as plain JSON: moments as ISO 8601, blobs and streams as text."""
    if isinstance(value, dict):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(each) for each in value]
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    if hasattr(value, "read"):
        return jsonable(value.read())
    return value


def _moment(value: datetime) -> str:
    """As Java prints an instant: milliseconds only where there are any."""
    text = value.astimezone(UTC).isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text.replace("+00:00", "Z")
