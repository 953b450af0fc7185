"""How services of local AWS call each other: boto3 clients, with a role's credentials or their own."""

import functools
import threading
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.sts.models import sts_backends

from local.callers import AS_WORK
from local.context import Context
from local.iam.service_roles import may_assume

SERVICE_CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
"""What a service signs with when it acts in its own name; any credentials do."""

SECONDS = 12 * 3600
CLIENTS_KEPT = 64

_session = boto3.Session()
_models = botocore.session.get_session().get_component("data_loader")
_making = threading.Lock()


def session(region: str, credentials: dict[str, str]) -> boto3.Session:
    """A session with credentials in the names of boto3's arguments; all share the API models, once read."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _models)
    return boto3.Session(region_name=region, botocore_session=core, **credentials)


def service_session(
    service: str, role_arn: str, session: str, region: str, account: str, source: str = ""
) -> dict[str, str]:
    """Credentials of a role that a service assumes, in the names of boto3's arguments.

    Args:
        service: The principal that the role has to trust.
        role_arn: Whose rights.
        session: As for `role_session`.
        region: Where the caller is.
        account: Whose resource it is that names the role.
        source: ARN of that resource.

    Raises:
        ClientError: ``AccessDenied``, as STS refuses the service.
    """
    if not may_assume(service, role_arn, account, source):
        sentence = f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        error: Any = {"Error": {"Code": "AccessDenied", "Message": sentence}}
        raise ClientError(error | {"ResponseMetadata": {"HTTPStatusCode": 403}}, "AssumeRole")
    return role_session(role_arn, session, region)


def role_session(role_arn: str, session: str, region: str) -> dict[str, str]:
    """Credentials of ``role_arn``, in the names of boto3's arguments.

    Args:
        role_arn: Whose rights; the role need not exist.
        session: The name under which CloudTrail and GetCallerIdentity show the caller.
        region: Where the caller is.
    """
    role = sts_backends[role_arn.split(":")[4]]["aws"].assume_role(
        region_name=region,
        role_session_name=session,
        role_arn=role_arn,
        policy="",
        duration=SECONDS,
        external_id="",
    )
    return {
        "aws_access_key_id": role.access_key_id,
        "aws_secret_access_key": role.secret_access_key,
        "aws_session_token": role.session_token,
    }


def client(
    context: Context,
    service: str,
    credentials: dict[str, str],
    region: str | None = None,
    *,
    as_work: bool = False,
) -> Any:
    """A boto3 client of this local AWS that leaves retries to its caller; kept for later calls.

    Args:
        context: Where to.
        service: boto3's name of the service.
        credentials: As `role_session` gives them.
        region: Default: the context's.
        as_work: Whether the threads that use it count as busy on the clock (`callers`).
    """
    signed = tuple(sorted(credentials.items()))
    return _client(context.endpoint, service, region or context.region, signed, as_work)


@functools.lru_cache(maxsize=CLIENTS_KEPT)
def _client(
    endpoint: str,
    service: str,
    region: str,
    credentials: tuple[tuple[str, str], ...],
    as_work: bool,  # noqa: FBT001 - positional for the cache
) -> Any:
    options: dict[str, Any] = AS_WORK if as_work else {}
    with _making:  # boto3's session is not safe for threads, its clients are
        return _session.client(
            service,  # type: ignore[call-overload] # any service's name
            endpoint_url=endpoint,
            region_name=region,
            config=Config(retries={"total_max_attempts": 1}, **options),
            **dict(credentials),
        )


def queue_url(context: Context, arn: str) -> str:
    """Where a queue is, by its ARN."""
    account, name = arn.split(":")[4:6]
    return f"{context.endpoint}/{account}/{name}"


def send_message(
    context: Context, queue: str, text: str, attributes: dict[str, str] | None = None, **parameters: Any
) -> None:
    """Put a message into a queue, in the name of the service that calls.

    Args:
        context: Where to.
        queue: The queue's ARN.
        text: The message.
        attributes: Message attributes, all of them strings.
        **parameters: Others of SendMessage, e.g. ``MessageGroupId``.

    Raises:
        ClientError: There is no such queue, or it refused.
    """
    api = client(context, "sqs", SERVICE_CREDENTIALS, queue.split(":")[3])
    strings = {
        name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()
    }
    api.send_message(
        QueueUrl=queue_url(context, queue), MessageBody=text, MessageAttributes=strings, **parameters
    )
