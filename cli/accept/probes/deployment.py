"""What is deployed, as AWS lets it be: the approvals' Function URL, and what the functions' roles may do."""

from collections.abc import Iterable
from http import HTTPStatus

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from cli.accept.calls import Answer
from cli.accept.lab import Lab
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.requests.approvals_client import ApprovalsClient

TIMEOUT_SECONDS = 35
URL = "ApprovalsUrl"
NEVER = {
    "untagged_deletions": ("redshift:DeleteCluster", "cluster:not-approved"),
    "snapshot_deletions": ("redshift:DeleteClusterSnapshot", "snapshot:any/any"),
}
"""Question → an action that no function's role may take, on such a resource without tags."""


def probe(lab: Lab) -> None:
    """Call the URL with and without a signature, and ask IAM's policy simulator about each function."""
    stack = lab.deployed()
    if URL in stack.outputs:
        _call_url(lab, stack)
    else:
        for fact in ("approvals_url", "approvals_url_unsigned"):
            lab.findings.leave_open(fact, "deprovision is not deployed")
    roles = _roles(lab, stack)
    for fact, (action, resource) in NEVER.items():
        _simulate(lab, fact, roles, action, resource)


def _call_url(lab: Lab, stack: DeployedStack) -> None:
    try:
        found = len(ApprovalsClient(stack).list_requests())
        answer = Answer("approvals:ListRequests", {}, lab.pace.now(), {"requests": found})
        lab.findings.add("approvals_url", "answers", answer)
    except CliError as error:
        lab.findings.add("approvals_url", str(error), Answer("approvals:ListRequests", {}, lab.pace.now()))
    request = AWSRequest(method="GET", url=stack.outputs[URL].rstrip("/") + "/requests")
    response = URLLib3Session(timeout=TIMEOUT_SECONDS).send(request.prepare())
    body = response.content.decode("utf-8", "replace")
    raw = Answer("approvals:unsigned", {}, lab.pace.now(), None, str(response.status_code), body)
    refused = response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
    lab.findings.add("approvals_url_unsigned", "refused" if refused else str(response.status_code), raw)


def _roles(lab: Lab, stack: DeployedStack) -> dict[str, str]:
    """Each function's role, by the function's name."""
    found = lab.calls.pages(
        "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack.stack
    )
    names = [each["PhysicalResourceId"] for each in found if each["ResourceType"] == "AWS::Lambda::Function"]
    asked = {name: lab.calls.get("lambda", "get_function_configuration", FunctionName=name) for name in names}
    return {name: str(answer["Role"]) for name, answer in asked.items()}


def _simulate(lab: Lab, fact: str, roles: dict[str, str], action: str, resource: str) -> None:
    where = f"{lab.journal.region}:{lab.journal.account}"
    arn = f"arn:{lab.partition}:redshift:{where}:{resource}"
    answers: dict[str, Answer] = {}
    for name, role in roles.items():
        answers[name] = lab.calls.ask(
            "iam",
            "simulate_principal_policy",
            PolicySourceArn=role,
            ActionNames=[action],
            ResourceArns=[arn],
        )
        if not answers[name].accepted:
            reason = f"IAM's policy simulator cannot be asked: {answers[name].code}"
            lab.findings.leave_open(fact, reason, answers[name])
            return
    may = who_may(answers.items())
    lab.findings.add(fact, may, *answers.values())


def who_may(answers: Iterable[tuple[str, Answer]]) -> str:
    """The names whose simulations did not end in a denial; ``nobody``."""
    allowed = [
        name
        for name, answer in answers
        if any(each["EvalDecision"] == "allowed" for each in (answer.result or {})["EvaluationResults"])
    ]
    return ", ".join(sorted(allowed)) or "nobody"
