"""The deployed workflows, once each, on the run's own cluster: with their real functions and roles."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError

from cli.accept.calls import Answer
from cli.accept.lab import Lab
from cli.accept.probes import calls_in_history
from cli.deployed_stack import DeployedStack
from cli.runs.executions import Execution, describe_execution, start_execution
from cli.runs.report import read_report
from cli.runs.run_progress import RUNNING
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES

AT_MOST, EVERY = timedelta(hours=8), 20
EXCLUDED = "steward:exclude"

INPUTS: dict[str, dict[str, Any]] = {
    ROTATE_KEYS.name: {"force": True, "ignore_window": True},
    SYNC_ROLES.name: {},
    DEPROVISION.name: {"dry_run": True},
}
"""A deletion needs a second person: its workflow only plans."""

MANY = 1000
"""As many names as an input may have: the dry run's call of its function is about as long as calls get."""

FACTS = {
    ROTATE_KEYS.name: "rotate_keys_run",
    SYNC_ROLES.name: "sync_roles_run",
    DEPROVISION.name: "deprovision_plan",
}
AS_DECLARED = frozenset({"in_sync", "synced"})
NOT_WANTED = "skipped"
"""What the deployed policy decides about the cluster says nothing about AWS; a refusal may be AWS's own."""


def probe(lab: Lab) -> None:
    """Take the cluster into the fleet, run each workflow on it, and take it out again.

    Raises:
        ClientError: A run could not be started.
        WaitExpired: It did not end.
    """
    stack, name = lab.deployed(), lab.names.cluster
    lab.settle(name)
    lab.calls.ask("redshift", "delete_tags", ResourceName=lab.arn(name), TagKeys=[EXCLUDED])
    try:
        for workflow, document in INPUTS.items():
            if workflow in stack.machines:
                repeated = MANY if workflow == DEPROVISION.name else 1
                _run(lab, stack, workflow, document | {"clusters": [name] * repeated})
            else:
                lab.findings.leave_open(FACTS[workflow], f"{workflow} is not deployed")
    finally:
        lab.tag(name)


def _run(lab: Lab, stack: DeployedStack, workflow: str, document: dict[str, Any]) -> None:
    arn = start_execution(stack, workflow, document, "accept")
    ended = _wait(lab, stack, arn)
    calls_in_history.probe(lab, arn, document)
    report = read_report(stack, ended.run)
    shown = {"status": report["status"], "headline": report["headline"], "clusters": report["clusters"]}
    answer = Answer(f"steward:{workflow}", document, lab.pace.now(), shown)
    value, reason = judge_run(workflow, report, lab.names.cluster)
    if reason:
        lab.findings.leave_open(FACTS[workflow], reason, answer)
    else:
        lab.findings.add(FACTS[workflow], value, answer)


def judge_run(workflow: str, report: Mapping[str, Any], cluster: str) -> tuple[str, str]:
    """What the run came to, or why that says nothing: the policy did not want it to change the cluster."""
    line = next((each for each in report["clusters"] if each["cluster"] == cluster), None)
    if workflow == DEPROVISION.name:
        return str(report["status"]), ""
    if line is None:
        return str(report["status"]), ""
    outcome = str(line["outcome"])
    if outcome == NOT_WANTED:
        return "", f"{outcome} by the deployed policy: {line['reason']}"
    code = f" ({line['code']})" if line.get("code") and outcome == "refused" else ""
    return "as declared" if outcome in AS_DECLARED else outcome + code, ""


def _wait(lab: Lab, stack: DeployedStack, arn: str) -> Execution:
    for _ in lab.pace.looks(f"the end of {arn.rpartition(':')[2]}", AT_MOST, EVERY):
        try:
            found = describe_execution(stack, arn)
        except BotoCoreError:
            continue
        if found is not None and found.status != RUNNING:
            break
    return found  # type: ignore[return-value]  # the last look found it
