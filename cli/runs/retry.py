"""`steward retry`: the new run for what an ended run did not come to."""

from typing import Any

from cli.confirmation import require_yes
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.output import console, print_json, print_line
from cli.requests.submit_request import submit_request
from cli.runs.executions import describe_execution, start_execution
from cli.runs.report import read_report
from cli.runs.run_progress import RUNNING
from cli.runs.start import print_started
from cli.text import clean
from steward.domain.report import REFUSED
from steward.domain.retry import Retry, retry_of
from steward.domain.run import Run
from steward.domain.run_input import parse_run_input


def retry_run(stack: DeployedStack, run: Run, *, yes: bool, as_json: bool) -> None:
    """Start what the run's report leaves to be done, or say that there is nothing.

    Raises:
        CliError: The run has not ended, was refused, or is still being recovered.
    """
    report = read_report(stack, run)
    retry = retry_of(report)
    if report["status"] == REFUSED:
        sentence = f"{run.name} was refused, so nothing was done; correct the input and start it again"
        raise CliError(sentence, ExitCode.ATTENTION)
    if retry is None:
        _say_nothing_to_retry(run, as_json=as_json)
        return
    _require_recovered(stack, run, retry)
    if retry.needs_request:
        _request_again(stack, run, retry, report, yes=yes, as_json=as_json)
        return
    parse_run_input(dict(retry.run_input), run.workflow)
    arn = start_execution(stack, run.workflow, dict(retry.run_input), "retry")
    print_started(run.workflow, arn, retry.run_input, as_json=as_json)


def _say_nothing_to_retry(run: Run, *, as_json: bool) -> None:
    if as_json:
        print_json({"workflow": run.workflow, "run": None, "execution": None, "input": None})
    else:
        what = "failed, timed out, was not reached or was stopped"
        print_line(console(), f"Nothing to retry: no cluster of {run.name} {what}")


def _require_recovered(stack: DeployedStack, run: Run, retry: Retry) -> None:
    for name in retry.recoveries:
        found = describe_execution(stack, f"{run.arn.rpartition(':')[0]}:{name}")
        if found is not None and found.status == RUNNING:
            raise CliError(
                f"{clean(name)} still finishes or puts back what {run.name} began; retry once it has ended: "
                f"steward watch {clean(name)}",
                ExitCode.ATTENTION,
            )


def _request_again(
    stack: DeployedStack, run: Run, retry: Retry, report: dict[str, Any], *, yes: bool, as_json: bool
) -> None:
    """In the name of whoever types the command: an approval of the first run counts for that run only."""
    require_yes(yes=yes, as_json=as_json)
    reason = report["input"].get("reason") or f"retry of {run.name}"
    submit_request(stack, retry.run_input["clusters"], reason, yes=yes, as_json=as_json)
