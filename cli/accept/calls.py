"""Calls to AWS whose answers are kept as they came, refusals included."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from cli.accept.pace import Pace
from cli.aws import Account
from cli.errors import DENIED, EXPIRED, INVALID, THROTTLED

SECRETS = frozenset({"MasterUserPassword"})
CHANGES = Config(
    retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60, max_pool_connections=4
)
"""A change whose answer was lost may have happened: it is never sent twice."""

MOST_THROTTLED = 8
SECONDS_AFTER_THROTTLING = 3
READING = ("describe", "get", "list", "lookup", "simulate")
STATE = "InvalidClusterState"


@dataclass(frozen=True)
class Answer:
    """A call with its raw answer: a result, or a code and a sentence."""

    call: str
    parameters: dict[str, Any]
    at: datetime
    result: dict[str, Any] | None = None
    code: str = ""
    message: str = ""
    error: ClientError | None = None

    @property
    def accepted(self) -> bool:
        return self.result is not None

    @property
    def denied(self) -> bool:
        """Whether IAM refused it."""
        return self.code in DENIED

    @property
    def outcome(self) -> str:
        """``accepted``, or the code of the refusal."""
        return "accepted" if self.accepted else self.code

    @property
    def cluster(self) -> dict[str, Any]:
        """The cluster that it shows; empty in a refusal."""
        return dict((self.result or {}).get("Cluster", {}))


class Calls:
    """Makes calls in one account and Region.

    Args:
        account: Whose credentials sign.
        pace: How to wait after a throttled call.
        credentials: Other ones, such as those of a role that was assumed.
    """

    def __init__(self, account: Account, pace: Pace, **credentials: str) -> None:
        self._account = account
        self._pace = pace
        self._credentials = credentials
        self._changing: dict[str, Any] = {}

    def make_as(self, **credentials: str) -> "Calls":
        """Calls signed by somebody else."""
        return Calls(self._account, self._pace, **credentials)

    def ask(self, service: str, operation: str, **parameters: Any) -> Answer:
        """Make a call, and take a refusal as an answer.

        Raises:
            ClientError: The credentials are not valid (any more), or it was throttled too often.
        """
        for attempt in range(1, MOST_THROTTLED + 1):
            answer = self._once(service, operation, parameters)
            if answer.code not in THROTTLED or attempt == MOST_THROTTLED:
                break
            self._pace.sleep(SECONDS_AFTER_THROTTLING)
        if answer.error is not None and answer.code in EXPIRED | INVALID | THROTTLED:
            raise answer.error
        return answer

    def get(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make a call that has to succeed.

        Raises:
            ClientError: It was refused.
        """
        answer = self.ask(service, operation, **parameters)
        if answer.result is None:
            raise answer.error or RuntimeError(answer.code)
        return answer.result

    def pages(self, service: str, operation: str, member: str, **parameters: Any) -> list[Any]:
        """All elements of a paginated list."""
        pages = self._client(service, operation).get_paginator(operation).paginate(**parameters)
        return [each for page in pages for each in page.get(member, [])]

    def _once(self, service: str, operation: str, parameters: dict[str, Any]) -> Answer:
        shown = {name: "****" if name in SECRETS else value for name, value in parameters.items()}
        name = f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"
        try:
            result = getattr(self._client(service, operation), operation)(**parameters)
        except ClientError as error:
            found = error.response.get("Error", {})
            code, message = str(found.get("Code", "")), str(found.get("Message", ""))
            return Answer(name, shown, self._pace.now(), None, code, message, error)
        kept = {key: value for key, value in result.items() if key != "ResponseMetadata"}
        return Answer(name, shown, self._pace.now(), kept)

    def _client(self, service: str, operation: str) -> Any:
        """Reading calls are retried as in every other command; changing ones are not."""
        if operation.startswith(READING) and not self._credentials:
            return self._account.client(service)
        if service not in self._changing:
            self._changing[service] = self._account.session.client(  # type: ignore[call-overload]  # a variable
                service, endpoint_url=self._account.endpoint, config=CHANGES, **self._credentials
            )
        return self._changing[service]
