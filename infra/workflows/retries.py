"""What is tried again, how often and with what pauses: written once, used by every task."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn

from steward.domain.error_budget import LAMBDA_OUTAGES, OUTAGE, OUTAGES, PAUSES, READING_OUTAGES
from steward.domain.errors import (
    ClusterBusy,
    ExecutionUnknown,
    FleetUnreadable,
    ReportIncomplete,
)

FUNCTION_FAULTS = (*LAMBDA_OUTAGES, "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError")
"""A function that did not run, or did not get to its end. Every step may be run again."""

UNVERIFIED = (ExecutionUnknown.__name__,)
"""A step's own word for: Step Functions cannot tell now whether the event is from a run under way."""

FLEET = (FleetUnreadable.__name__,)
"""Plan's own word for: AWS refuses to have the fleet read."""

UNREPORTED = (ReportIncomplete.__name__,)
"""Report's own word for: the ledger, the bucket or a way to tell of the end is out of order for now."""

BUSY = (ClusterBusy.__name__,)
"""A step's own word for: Redshift refuses for now."""


def retry_function(task: sfn.TaskStateBase) -> None:
    """Lambda's own faults, and a run that cannot be verified yet: soon, and for about two minutes."""
    _retry(task, (*FUNCTION_FAULTS, *UNVERIFIED), first=2, longest=30, attempts=8)


def retry_reading(task: sfn.TaskStateBase) -> None:
    """Redshift's read throttling: for about ten minutes, so that one bad spell ends no operation."""
    _retry(task, READING_OUTAGES, first=3, longest=90, attempts=12)


def retry_plan(task: sfn.TaskStateBase) -> None:
    """What a plan rests on may not be read: for about ten minutes, in which IAM learns of a new role."""
    _retry(task, FLEET, first=5, longest=90, attempts=10)


def retry_report(task: sfn.TaskStateBase) -> None:
    """Whatever keeps Report from its end, for 12 hours and more, as Abandon does.

    The retries keep ``now``, by which Report knows which ways of telling have worked. Once they are used up,
    the rule on failed runs and Sweep take over.
    """
    _retry_last_step(task, UNREPORTED)


def retry_abandon(task: sfn.TaskStateBase) -> None:
    """The last step of an operation that went wrong: an outage of the ledger or of Lambda, for over 12 hours.

    Nothing comes after it, so the pauses are its own retries, also while a function that is at work still may
    be about to make a call.
    """
    _retry_last_step(task, BUSY)


def retry_busy(task: sfn.TaskStateBase) -> None:
    """A cluster that refuses a finishing touch: for about half an hour."""
    _retry(task, BUSY, first=15, longest=120, attempts=20)


LAST_STEP_ATTEMPTS = 2 * OUTAGE.tolerated
"""With full jitter each pause is half as long on the average, and an outage is waited out as anywhere."""


def _retry_last_step(task: sfn.TaskStateBase, own: Sequence[str]) -> None:
    """Outages and the step's ``own`` errors with growing pauses; a function that broke as anywhere."""
    broken = [fault for fault in FUNCTION_FAULTS if fault not in OUTAGES]
    _retry(task, broken, first=2, longest=30, attempts=8)
    outages = [error for error in OUTAGES if error not in READING_OUTAGES]
    _retry(task, (*own, *outages), first=PAUSES[0], longest=PAUSES[-1], attempts=LAST_STEP_ATTEMPTS)


def _retry(
    task: sfn.TaskStateBase, errors: Sequence[str], *, first: int, longest: int, attempts: int
) -> None:
    task.add_retry(
        errors=list(errors),
        interval=Duration.seconds(first),
        max_delay=Duration.seconds(longest),
        backoff_rate=2,
        max_attempts=attempts,
        jitter_strategy=sfn.JitterType.FULL,
    )
