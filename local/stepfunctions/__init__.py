"""Step Functions of local AWS: moto's API and machines, executions run by an engine of our own on the clock.

moto's interpreter is not used: it gives the children of a Distributed Map no executions of their own, ignores
tolerated failures, sleeps in real time and has other error names than AWS.

Refused with a sentence when a machine is created, rather than run differently: JSONPath, EXPRESS machines and
children, activities, ItemBatcher, ResultWriter, Credentials, item readers other than a JSON array in S3, and
optimized integrations except Lambda, DynamoDB, SNS, SQS, EventBridge and Step Functions, `$eval`, regular
expressions with lookaround or backreferences. The expressions of one field may take as many steps as
`asl.budget` says, then the state fails: none keeps virtual time from passing. Logging and tracing
configurations are kept, but nothing is logged or traced.
"""

from collections.abc import Callable
from typing import Any, cast

from moto.core.config import default_user_config
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.parser import models as parser_models

from local.context import Context
from local.stepfunctions.api.backend import EngineBackend
from local.stepfunctions.api.responses import EngineResponse
from local.stepfunctions.engine.engine import Engine
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.faults import Stop
from local.stepfunctions.states.run import run_states

__all__ = ["close", "current", "install", "replace_function", "stop_at", "wait_for"]

_engines: list[Engine] = []


def install(context: Context) -> None:
    """Run the state machines of this local AWS from now on, and nothing of an earlier one."""
    close()
    engine = Engine(context, run_states)
    members = {"engine": engine, "dispatch": EngineResponse.dispatch}
    stepfunctions_backends.backend = type("InstalledBackend", (EngineBackend,), members)
    stepfunctions_backends.clear()
    parser_models.stepfunctions_parser_backends = cast("Any", stepfunctions_backends)
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    _engines.append(engine)


def close() -> None:
    """Abort whatever runs and forget it."""
    while _engines:
        _engines.pop().close()


def current() -> Engine:
    """The engine of the local AWS that runs.

    Raises:
        RuntimeError: None runs.
    """
    if not _engines:
        raise RuntimeError("no local AWS runs: install(context) first")
    return _engines[-1]


def wait_for(execution_arn: str, timeout: float = 60) -> Execution:
    """Wait until an execution has ended, up to ``timeout`` real seconds.

    Raises:
        TimeoutError: It runs still; the message names the state that it is in.
    """
    return current().wait_for(execution_arn, timeout)


def stop_at(machine_name: str, state_name: str, nth: int = 1, *, times: int | None = 1) -> None:
    """Abort the ``nth`` execution from now on to enter a state of a machine, or of its Distributed Maps.

    Args:
        machine_name: Which machines, a pattern.
        state_name: Which states, a pattern.
        nth: Counts the entries of all executions together.
        times: How many executions, from that one on; None for all.
    """
    current().faults.stops.append(Stop(machine_name, state_name, times, nth - 1))


def replace_function(name: str, handler: Callable[[Any], Any]) -> None:
    """Have Task states call ``handler(event)`` instead of the Lambda function ``name``."""
    current().functions.replaced[name] = handler
