"""The database parameters of parameter groups: which there are, what they may be, and who has set them."""

import re
from typing import Any, NamedTuple

from local.redshift.errors import invalid_value
from local.strict_json import parse_json

FAMILY = "redshift-1.0"
WLM = "wlm_json_configuration"
MOST_CHANGED = 20
"""Parameters in a call (API reference, ModifyClusterParameterGroup)."""


class Parameter(NamedTuple):
    """One parameter; ``allowed`` is a pattern of its values, ``allowed_values`` what clients are told."""

    default: str
    data_type: str
    allowed: str
    allowed_values: str | None
    apply_type: str = "static"


BOOLEAN = ("boolean", r"true|false", "true,false")
WHOLE = r"\d{1,10}"
PARAMETERS = {
    "auto_analyze": Parameter("true", *BOOLEAN),
    "auto_mv": Parameter("true", *BOOLEAN),
    "datestyle": Parameter("ISO, MDY", "string", r".+", None),
    "enable_case_sensitive_identifier": Parameter("false", *BOOLEAN),
    "enable_user_activity_logging": Parameter("false", *BOOLEAN),
    "extra_float_digits": Parameter("0", "integer", r"-15|-?\d|-1[0-4]|[12]", "-15-2"),
    "max_concurrency_scaling_clusters": Parameter("1", "integer", r"\d|10", "0-10"),
    "query_group": Parameter("default", "string", r".*", None),
    "require_ssl": Parameter("true", *BOOLEAN),
    "search_path": Parameter("$user, public", "string", r".*", None),
    "statement_timeout": Parameter("0", "integer", WHOLE, "0,100-2147483647"),
    "use_fips_ssl": Parameter("false", *BOOLEAN),
    WLM: Parameter('[{"auto_wlm":true}]', "string", r"[\s\S]*", None, apply_type="dynamic"),
}
"""Amazon Redshift Management Guide, "Amazon Redshift parameter groups"."""


class ParameterValues:
    """What a group's user has set."""

    def __init__(self) -> None:
        self._set: dict[str, str] = {}

    def change(self, values: dict[str, str]) -> None:
        """Set some; the names and values are those of `check_parameters`."""
        self._set.update(values)

    def reset(self, names: list[str] | None) -> None:
        """Take the default for some, or with None for all."""
        for name in [*self._set] if names is None else names:
            self._set.pop(name, None)

    def view(self) -> list[dict[str, Any]]:
        """All parameters in the API's Parameter shape."""
        return [self._record(name, parameter) for name, parameter in PARAMETERS.items()]

    def _record(self, name: str, parameter: Parameter) -> dict[str, Any]:
        record = {
            "ParameterName": name,
            "ParameterValue": self._set.get(name, parameter.default),
            "Description": f"The parameter {name} of the Database Developer Guide.",
            "Source": "user" if name in self._set else "engine-default",
            "DataType": parameter.data_type,
            "ApplyType": parameter.apply_type,
            "IsModifiable": True,
        }
        return record | ({"AllowedValues": parameter.allowed_values} if parameter.allowed_values else {})


def check_parameters(given: list[dict[str, Any]]) -> None:
    """Refuse parameters that do not exist and values that they cannot have.

    Raises:
        RedshiftError: ``InvalidParameterValue``.
    """
    if len(given) > MOST_CHANGED:
        raise invalid_value(
            f"At most {MOST_CHANGED} parameters can be changed in a call. Found: {len(given)}."
        )
    for each in given:
        name, value = each.get("ParameterName", ""), each.get("ParameterValue")
        if name not in PARAMETERS:
            raise invalid_value(f"The parameter {name} does not exist in {FAMILY}.")
        if value is None or not re.fullmatch(PARAMETERS[name].allowed, value):
            allowed = PARAMETERS[name].allowed_values
            raise invalid_value(f"Invalid value {value!r} for {name}. Allowed values: {allowed}.")
        if name == WLM and not _is_json_list(value):
            raise invalid_value(f"The value of {name} must be a JSON list of queues.")


def _is_json_list(text: str) -> bool:
    try:
        return isinstance(parse_json(text), list)
    except ValueError:
        return False
