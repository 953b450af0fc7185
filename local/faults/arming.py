"""Arm, list and disarm faults of whatever kind in a running local AWS."""

from dataclasses import asdict
from typing import Any

from local import lambda_, stepfunctions
from local.context import Context
from local.faults import KillFunction, StopExecution
from local.redshift import backend_of
from local.redshift.behavior.faults import Fault


def arm(context: Context, fault: Fault | KillFunction | StopExecution) -> None:
    """Arm a fault, after those that were armed earlier."""
    if isinstance(fault, KillFunction):
        lambda_.kill_next(fault.function, fault.at, calls=fault.calls, times=fault.times, after=fault.after)
    elif isinstance(fault, StopExecution):
        stepfunctions.stop_at(fault.machine, fault.state, fault.after + 1, times=fault.times)
    else:
        backend_of(context).faults.add(fault)


def list_faults(context: Context) -> list[dict[str, Any]]:
    """The faults in the words of a fleet file, each with ``struck``, how often it has struck."""
    calls = [
        {**asdict(each.fault), "delay": str(each.fault.delay), "struck": each.fired}
        for each in backend_of(context).faults.armed
    ]
    kills = [{"fault": "kill function", **asdict(kill)} for kill in lambda_.kills()]
    stops = [{"fault": "stop execution", **asdict(stop)} for stop in stepfunctions.current().faults.stops]
    return [{name: value for name, value in each.items() if name != "seen"} for each in calls + kills + stops]


def disarm(context: Context) -> None:
    """Disarm every fault."""
    backend_of(context).faults.clear()
    lambda_.kills().clear()
    stepfunctions.current().faults.stops.clear()
