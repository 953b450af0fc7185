"""CloudWatch of local AWS beyond moto: metrics of other services, and alarms that go off and notify.

- `embedded_metrics`: what functions write to their logs; `aws_metrics`: what services count by themselves
- `series`: values by period, of exactly one combination of dimensions; `math_expression`: metric math
- `alarm_rules`: which alarms are refused
- `alarm_state`: an alarm's state from its datapoints; `alarms`: when it is evaluated, and whom it notifies
- `backend`: moto's CloudWatch with all of that

Alarms are evaluated on the shared clock at the full minute, when their state can have changed. Refused with a
sentence: metric math beyond `math_expression`, anomaly detection. Actions other than SNS topics do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from local.cloudwatch import aws_metrics
from local.cloudwatch.backend import AlarmingBackend

if TYPE_CHECKING:
    from local.context import Context

__all__ = ["install", "reset"]


def install(context: Context) -> None:
    """Make the CloudWatch that is installed one whose alarms go off."""
    # moto looks for a backend's paths beside the module that it says it is from
    members = {"context": context, "__module__": CloudWatchBackend.__module__}
    bases = (cloudwatch_backends.backend, AlarmingBackend)
    cloudwatch_backends.backend = cast("Any", type("InstalledCloudWatch", bases, members))
    cloudwatch_backends.clear()
    aws_metrics.install()


def reset(context: Context) -> None:
    """Forget every value; alarms stay, without data and with nothing left to evaluate."""
    backend = cast("AlarmingBackend", cloudwatch_backends[context.account][context.region])
    backend.reset_data()
