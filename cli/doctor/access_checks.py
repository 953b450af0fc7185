"""Who asks, and whether they may do what the commands do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.doctor.finding import fail, ok, warn
from cli.errors import DENIED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.aws import Account
    from cli.doctor.finding import Finding, Patient

GRANT_IT = "have it granted to you; docs/cli.md lists what each command needs"


def credentials(reached: Account) -> Finding:
    """Whose credentials these are."""
    caller = reached.client("sts").get_caller_identity()
    return ok("credentials", f"{caller['Arn']}, account {caller['Account']}, Region {reached.region}")


def reading(patient: Patient) -> Iterator[Finding]:
    """Every call that the reading commands make, made once."""
    denied = [action for action, call in _calls(patient).items() if _is_denied(call)]
    for action in denied:
        yield fail("permissions", f"you may not {action}", GRANT_IT)
    if not denied:
        yield ok("permissions", "you may read clusters, runs, ledger and reports")


def starting(patient: Patient) -> Iterator[Finding]:
    """Whether runs may be started, as IAM's policy simulator sees it; nothing where it can not tell."""
    arn = patient.client("sts").get_caller_identity()["Arn"]
    machines = list(patient.stack.machines.values())
    try:
        answer = patient.client("iam").simulate_principal_policy(
            PolicySourceArn=_principal(arn), ActionNames=["states:StartExecution"], ResourceArns=machines
        )
    except Exception as error:
        if not hasattr(error, "response"):
            raise
        return
    if any(result["EvalDecision"] != "allowed" for result in answer["EvaluationResults"]):
        says = "IAM's policy simulator says that you may not states:StartExecution on every workflow"
        yield warn("permissions", says, f"you can not `steward run`; {GRANT_IT}")


def _calls(patient: Patient) -> dict[str, Callable[[], object]]:
    stack = patient.stack
    machine = next(iter(stack.machines.values()), "")
    states, table = stack.client("stepfunctions"), stack.ledger
    bucket = stack.outputs["RunsBucket"]
    key = {"pk": "CLUSTER#-", "sk": "LOCK"}
    wanted = {table.name: {"Keys": [key]}}
    return {
        "redshift:DescribeClusters": lambda: patient.clusters,
        "states:ListExecutions": lambda: states.list_executions(stateMachineArn=machine, maxResults=1),
        "states:DescribeStateMachine": lambda: states.describe_state_machine(stateMachineArn=machine),
        "dynamodb:BatchGetItem": lambda: stack.dynamodb.batch_get_item(RequestItems=wanted),
        "dynamodb:Query": lambda: table.query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key["pk"]}, Limit=1
        ),
        "s3:ListBucket": lambda: stack.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1),
    }


def _is_denied(call: Callable[[], object]) -> bool:
    try:
        call()
    except Exception as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if code not in DENIED:
            raise
        return True
    return False


def _principal(arn: str) -> str:
    """The role behind a session's ARN, which is what the simulator takes; a role's path is not in there."""
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.+", arn)
    return "arn:{}:iam::{}:role/{}".format(*session.groups()) if session else arn
