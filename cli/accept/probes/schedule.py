"""EventBridge Scheduler: how late a one-time schedule fires, in the name of a role that is new."""

from datetime import timedelta

from cli.accept.calls import Answer
from cli.accept.lab import Lab
from cli.accept.pace import WaitExpired
from cli.accept.probes.roles import allow, make_role

DUE_IN = timedelta(minutes=3)
ARRIVES_IN, EVERY = timedelta(minutes=20), 5
KNOWN_IN, ASK_EVERY = timedelta(minutes=5), 5
FACT = "schedule_lateness"


def probe(lab: Lab) -> None:
    """Have a schedule send a message to a queue, and wait for that.

    Raises:
        ClientError: A part of it could not be made.
    """
    queue = _make_queue(lab)
    arn = lab.calls.get("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=["QueueArn"])
    target = str(arn["Attributes"]["QueueArn"])
    role = make_role(lab, "scheduler", {"Service": "scheduler.amazonaws.com"})
    allow(lab, "scheduler", "send", "sqs:SendMessage", target)
    made, due = _make_schedule(lab, target, role)
    if not made.accepted:
        raise made.error or RuntimeError(made.code)
    try:
        for _ in lab.pace.looks("the message of a schedule", ARRIVES_IN, EVERY):
            answer = lab.calls.ask("sqs", "receive_message", QueueUrl=queue)
            if (answer.result or {}).get("Messages"):
                break
    except WaitExpired as expired:
        lab.findings.leave_open(FACT, str(expired), made)
        return
    late = timedelta(seconds=(answer.at.timestamp() - due))
    lab.findings.add(FACT, max(late, timedelta()), made, answer)


def _make_queue(lab: Lab) -> str:
    name = lab.names.cluster
    lab.journal.intend("queue", name)
    tags = {each["Key"]: each["Value"] for each in lab.names.tags}
    return str(lab.calls.get("sqs", "create_queue", QueueName=name, tags=tags)["QueueUrl"])


def _make_schedule(lab: Lab, queue: str, role: str) -> tuple[Answer, float]:
    """The answer and when it is due, in seconds since 1970; a new role is refused for a while."""
    name = lab.names.cluster
    lab.journal.intend("schedule group", name)
    lab.calls.get("scheduler", "create_schedule_group", Name=name, Tags=lab.names.tags)
    for _ in lab.pace.tries(KNOWN_IN, ASK_EVERY):
        due = (lab.pace.now() + DUE_IN).replace(microsecond=0)
        answer = lab.calls.ask(
            "scheduler",
            "create_schedule",
            GroupName=name,
            Name=name,
            ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": queue, "RoleArn": role, "Input": "{}"},
        )
        if answer.code != "ValidationException":
            break
    return answer, due.timestamp()
