"""A state machine as one execution knows it: as it was when the execution started."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Machine:
    """A state machine's definition at one moment.

    Attributes:
        arn: Of the machine, without a version.
        name: ``MACHINE``, or ``MACHINE/LABEL`` for the child executions of a Distributed Map.
        role_arn: What it runs as.
        definition: The parsed definition.
        version_arn: The version that was started, if one was named.
    """

    arn: str
    name: str
    role_arn: str
    definition: Mapping[str, Any]
    version_arn: str | None = None

    @classmethod
    def of(cls, stored: Any) -> Machine:
        """The machine, or the version of one, that moto stores."""
        source: str = getattr(stored, "source_arn", stored.arn)
        version = stored.arn if source != stored.arn else None
        return cls(source, stored.name, stored.roleArn, json.loads(stored.definition), version)

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def base_name(self) -> str:
        """The name without a Map's label."""
        return self.name.partition("/")[0]

    @property
    def timeout(self) -> float | None:
        """Seconds after which an execution times out, or None."""
        seconds = self.definition.get("TimeoutSeconds")
        return None if seconds is None else float(seconds)

    def execution_arn(self, name: str) -> str:
        return f"{self.arn.replace(':stateMachine:', ':execution:', 1)}:{name}"

    def child(self, label: str, processor: Mapping[str, Any]) -> Machine:
        """The machine that the child executions of a Distributed Map run."""
        definition = {"StartAt": processor["StartAt"], "States": processor["States"]}
        return Machine(f"{self.arn}/{label}", f"{self.name}/{label}", self.role_arn, definition)


def stable_uuid(*parts: object) -> str:
    """A uuid that depends on nothing but its parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join(map(str, parts))))
