"""Checks of the caller: identity, and permissions for the commands."""

import re
from collections.abc import Callable, Iterator

from cli.aws import Account
from cli.doctor.check_context import CheckContext, Finding, fail, ok, warn
from cli.errors import DENIED

ASK_FOR_IT = "ask your AWS administrator; docs/cli.md lists the permissions that each command needs"


def check_credentials(account: Account) -> Finding:
    caller = account.client("sts").get_caller_identity()
    return ok("credentials", f"{caller['Arn']}, account {caller['Account']}, Region {account.region}")


def check_read_permissions(context: CheckContext) -> Iterator[Finding]:
    """Make every call of the reading commands once."""
    denied = [action for action, call in _calls(context).items() if _is_denied(call)]
    for action in denied:
        yield fail("permissions", f"Access denied: you need {action}", ASK_FOR_IT)
    if not denied:
        yield ok("permissions", "you can read clusters, runs, ledger and reports")


def check_start_permission(context: CheckContext) -> Iterator[Finding]:
    """Whether IAM's policy simulator allows starting runs; no finding if it cannot be queried."""
    arn = context.client("sts").get_caller_identity()["Arn"]
    machines = list(context.stack.machines.values())
    try:
        answer = context.client("iam").simulate_principal_policy(
            PolicySourceArn=_principal(arn), ActionNames=["states:StartExecution"], ResourceArns=machines
        )
    except Exception as error:
        if not hasattr(error, "response"):
            raise
        return
    if any(result["EvalDecision"] != "allowed" for result in answer["EvaluationResults"]):
        detail = "according to IAM's policy simulator you lack states:StartExecution for some workflows"
        yield warn("permissions", detail, f"`steward run` will fail; {ASK_FOR_IT}")


def _calls(context: CheckContext) -> dict[str, Callable[[], object]]:
    stack = context.stack
    machine = next(iter(stack.machines.values()), "")
    states, bucket = stack.client("stepfunctions"), stack.outputs["RunsBucket"]
    return {
        "redshift:DescribeClusters": lambda: context.clusters,
        "states:ListExecutions": lambda: states.list_executions(stateMachineArn=machine, maxResults=1),
        "states:DescribeStateMachine": lambda: states.describe_state_machine(stateMachineArn=machine),
        "dynamodb:BatchGetItem": lambda: stack.last_rotations.of(["-"]),
        "dynamodb:Query": lambda: [stack.operation_history.of_cluster("-", limit=1), stack.locks.all()],
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
    """The simulator takes a role's ARN, not a session's (whose ARN lacks the role's path)."""
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.+", arn)
    return "arn:{}:iam::{}:role/{}".format(*session.groups()) if session else arn
