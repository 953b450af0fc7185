"""What the deployment tells the functions: names of resources, read from the environment once."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from steward.domain.errors import BadSettings

PACKAGE = Path(__file__).parent
"""The package ``steward``, which holds the deployed policy."""

LEDGER_TABLE = "LEDGER_TABLE"
RUNS_BUCKET = "RUNS_BUCKET"
NOTICES_TOPIC = "NOTICES_TOPIC"
STACK = "STACK"
VARIABLES = (LEDGER_TABLE, RUNS_BUCKET, NOTICES_TOPIC, STACK)

DEPROVISION_MACHINE = "DEPROVISION_MACHINE"
"""The environment variable with the ARN of deprovision's state machine, for the function that starts runs."""


@dataclass(frozen=True)
class Settings:
    ledger_table: str
    runs_bucket: str
    notices_topic: str
    stack: str


@cache
def settings() -> Settings:
    """The settings of this function.

    Raises:
        BadSettings: An environment variable is missing.
    """
    return Settings(*(_require(name) for name in VARIABLES))


def deprovision_machine() -> str:
    """The ARN of deprovision's state machine.

    Raises:
        BadSettings: This function is not given it.
    """
    return _require(DEPROVISION_MACHINE)


def _require(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise BadSettings(f"the environment variable {name} is missing; the stack sets it on every function")
    return value
