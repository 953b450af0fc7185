"""What a single value of the policy must be: one object tells pydantic, editors and people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

EXPECTED = "Expected "
"""Begins the JSON Schema's ``errorMessage``, which YAML editors show at a wrong value."""


@dataclass(frozen=True)
class FieldSpec:
    """Put into ``Annotated``, it reads a value from the file and refuses anything else.

    Attributes:
        expected: What is allowed, in words that continue "expected ...".
        read: Gives the value to use; raises ValueError, with words of its own if they help more.
        schema: JSON Schema of the value.
    """

    expected: str
    read: Callable[[Any], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Pydantic's hook: validate with ``read`` alone."""
        del source, handler
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Pydantic's hook: the JSON Schema, with a message for editors."""
        del schema, handler
        return {**self.schema, "errorMessage": EXPECTED + self.expected}

    def _validate(self, value: Any) -> Any:
        try:
            return self.read(value)
        except ValueError as error:
            expected = str(error) or self.expected
            raise PydanticCustomError("field_spec", "{expected}", {"expected": expected}) from error
