"""A run that ended without its own report gets one as well: stopped, too old, or with a Report that failed.

Step Functions ends such a run at once: its own Report is never reached. EventBridge tells of the end.
Source: Step Functions developer guide, "Step Functions Execution Status Change".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from steward.domain.authority import ExecutionFacts
from steward.domain.errors import BadInput, ReportIncomplete
from steward.domain.messages import (
    ErrorInfo,
    ReportAnswer,
    RunEnd,
    StoppedAnswer,
    StoppedEvent,
    StoppedRun,
)
from steward.domain.moments import format_moment, parse_moment
from steward.domain.recovery import Recovery
from steward.domain.report import after_recovery
from steward.domain.run import Run
from steward.domain.run_notice import subject, text
from steward.domain.workflows import workflow_of_machine
from steward.pages.run_page import run_page
from steward.steps.recovery import StartRecoveryTools, start_recovery
from steward.steps.report import NO_PLAN, ReportTools, conclude_run, deliver, release_locks

ERRORS: Mapping[str, ErrorInfo] = {
    "ABORTED": {"Error": "Stopped", "Cause": "somebody stopped the execution"},
    "FAILED": {"Error": "ReportFailed", "Cause": "its own report could not be written"},
    "SUCCEEDED": {},
    "TIMED_OUT": {"Error": "States.Timeout", "Cause": "the execution came to the longest time it may take"},
}
"""What is said of a run, by the status in which Step Functions ended it.

One that has succeeded has its report, and may have abandoned clusters all the same.
"""


REDRIVEN = "redriven"
"""The status of an answer about a run that runs again: nothing was done."""

RECOVERING = "recovering"
"""The status of an answer about a reported run whose recovery has no plan yet: it is looked at again."""

REPORTED = "reported"
"""The status of an answer about a run whose report was there, and everybody told of it."""


@dataclass(frozen=True)
class Tools(ReportTools, StartRecoveryTools):
    """Those of Report, and those that start a recovery run."""


def report_stopped(event: StoppedEvent, tools: Tools) -> ReportAnswer | StoppedAnswer:
    """Report the run that the event's detail is about, and have what it left half done finished or put back.

    When the run's own Report has written report.json, it stays, and only what that Report did not get to is
    done. After a run that succeeded that is nothing, and its report is all that is read, unless it names a
    recovery. A run that was redriven meanwhile does it all itself; once it has ended it is reported anew.

    Raises:
        ReportIncomplete: Step Functions describes the run as running still; Lambda tries again.
    """
    detail = event["detail"]
    run = run_of_status_change(detail)
    earlier_report = tools.documents.find(run.report_key)
    reported = earlier_report is not None and _is_of_this_attempt(earlier_report, detail)
    if reported and detail["status"] == "SUCCEEDED" and not _names_a_recovery(earlier_report):
        return {"status": REPORTED, "report": tools.documents.address(run.report_key)}
    execution = tools.executions.find(detail["executionArn"])
    if execution is not None and _was_redriven(execution, detail):
        return {"status": REDRIVEN, "report": tools.documents.address(run.report_key)}
    plan = tools.documents.find(run.plan_key) or NO_PLAN
    run = Run(run.arn, run.name, plan.get("started_at", run.started_at), run.workflow)
    end: RunEnd = {"input": plan.get("input", {}), "now": _moment(detail["stopDate"])}
    recovery = start_recovery(run, plan, end["now"], tools)
    if reported:
        release_locks(tools.held_locks.all(), run, tools.locks)
        deliver(run, earlier_report, tools)
        _tell_recovery(run, earlier_report, recovery, tools)
        status = RECOVERING if recovery.is_open else REPORTED
        return {"status": status, "report": tools.documents.address(run.report_key)}
    return conclude_run(run, plan, _error(detail["status"], execution), end, tools, recovery.names)


def _tell_recovery(run: Run, report: Mapping[str, Any], recovery: Recovery, tools: Tools) -> None:
    """Have the report name the recovery that goes on, or say, as a notice does, that none does."""
    lines = recovery.changed_lines(report["clusters"], run)
    if not lines:
        return
    document, address = after_recovery(report, lines), tools.documents.address(run.report_key)
    if recovery.given_up:
        # the report is written afterwards: a notice that failed is tried again as long as it does not say so
        tools.notices.publish(subject(document), text(document, address))
    tools.documents.write_page(run.page_key, run_page(document))
    tools.documents.write(run.report_key, document)


def _error(status: str, execution: ExecutionFacts | None) -> ErrorInfo:
    """Why the run has no report of its own; an input that no function could read is told by the machine."""
    if execution is not None and execution.error == BadInput.__name__:
        return {"Error": execution.error, "Cause": execution.cause}
    return ERRORS[status]


def _was_redriven(found: ExecutionFacts, detail: StoppedRun) -> bool:
    """Whether the run runs again; what Step Functions describes is eventually consistent."""
    if not found.is_running:
        return False
    if found.redriven_at is not None and found.redriven_at >= parse_moment(_moment(detail["stopDate"])):
        return True
    raise ReportIncomplete(f"{found.arn} has ended, and Step Functions describes it as running still")


def _names_a_recovery(report: Mapping[str, Any]) -> bool:
    """Whether the report says of a cluster that another run goes on with it: that run is to be started."""
    return any(line.get("recovered_by") for line in report["clusters"])


def _is_of_this_attempt(document: Mapping[str, Any], detail: StoppedRun) -> bool:
    """Whether the report was written since the run began, or was last redriven."""
    began = _moment(detail.get("redriveDate") or detail["startDate"])
    return parse_moment(document["ended_at"]) >= parse_moment(began)


def run_of_status_change(detail: StoppedRun) -> Run:
    workflow = workflow_of_machine(detail["stateMachineArn"])
    return Run(detail["executionArn"], detail["name"], _moment(detail["startDate"]), workflow.name)


def _moment(milliseconds: float) -> str:
    return format_moment(datetime.fromtimestamp(milliseconds / 1000, UTC))
