"""A function URL's configuration: moto's, with an address that is served, and the policies that go with it.

moto makes up an address at lambda-url.on.aws, lets a second configuration replace the first, and keeps the
conditions of AddPermission (``FunctionUrlAuthType``, ``InvokedViaFunctionUrl``) as unknown elements.
"""

from typing import Any

from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda.policy import Policy
from moto.core.exceptions import JsonRESTError

from local.context import Context

PREFIX = "/lambda-url/"
CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Parameters of AddPermission (Lambda API reference) and the conditions that they mean."""

_decode_in_moto = Policy.decode_policy


class UrlExistsError(JsonRESTError):
    """The function has a URL already (Lambda API reference, ResourceConflictException)."""

    code = 409

    def __init__(self, arn: str) -> None:
        super().__init__(
            "ResourceConflictException",
            f"Failed to create function url config for [functionArn = {arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function",
        )


class LocalUrlConfig(FunctionUrlConfig):
    """One configuration.

    Attributes:
        url_id: The part of its URL that is its own.
        url: Where it is served.
    """

    def __init__(self, function: LambdaFunction, config: dict[str, Any], context: Context) -> None:
        super().__init__(function, config)
        self._clock = context.clock
        self.url_id = self.url.removeprefix("https://").partition(".")[0]
        self.url = f"{context.endpoint}{PREFIX}{self.url_id}/"
        self.created = self.last_modified = self._stamp()

    @property
    def auth_type(self) -> str:
        """``AWS_IAM`` or ``NONE``."""
        return str(self.config["AuthType"])

    def to_dict(self) -> dict[str, Any]:
        """As the API describes it."""
        return super().to_dict() | {"InvokeMode": self.config.get("InvokeMode") or "BUFFERED"}

    def update(self, new_config: dict[str, Any]) -> None:
        """Take over what is given."""
        super().update(new_config)
        self.last_modified = self._stamp()

    def _stamp(self) -> str:
        return f"{self._clock.now():%Y-%m-%dT%H:%M:%S.000+0000}"


def install(context: Context) -> None:
    """Have moto's functions take URLs that are served here."""

    def create(function: LambdaFunction, config: dict[str, Any]) -> LocalUrlConfig:
        if function.url_config is not None:
            raise UrlExistsError(function.function_arn)
        function.url_config = created = LocalUrlConfig(function, config, context)
        return created

    LambdaFunction.create_url_config = create  # type: ignore[method-assign,assignment] # moto's address leads nowhere
    Policy.decode_policy = _decode  # type: ignore[method-assign,assignment] # moto keeps no conditions


def _decode(policy: Policy, given: dict[str, Any]) -> Policy:
    """One permission as a statement with its conditions."""
    conditions: dict[str, dict[str, str]] = {}
    for name, (operator, key) in CONDITIONS.items():
        if name in given:
            value = given.pop(name)
            conditions.setdefault(operator, {})[key] = str(value).lower() if operator == "Bool" else value
    decoded = _decode_in_moto(policy, given)
    for statement in decoded.statements:
        for operator, keys in conditions.items():
            statement.setdefault("Condition", {}).setdefault(operator, {}).update(keys)
    return decoded
