"""One AWS account and Region: clients, credentials, and the time there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3

from cli.options import Target


class AwsClock:
    """AWS's time, taken from the last response: a laptop's clock may be wrong.

    Local AWS sends its virtual time in a header of its own (`local.http_server.TIME_HEADER`).
    """

    def __init__(self) -> None:
        self._last: datetime | None = None

    def update(self, http_response: Any, **_: Any) -> None:
        """Handler of botocore's event ``after-call``."""
        headers = http_response.headers
        date = headers.get("X-Local-Aws-Time") or headers.get("Date", "")
        if date:
            self._last = parsedate_to_datetime(date).astimezone(UTC)

    def now(self) -> datetime:
        """The time of the last response; this machine's time before the first one."""
        return self._last or datetime.now(UTC)


@dataclass(frozen=True)
class Account:
    """Clients for one account and Region, whether or not the steward is deployed there."""

    session: boto3.Session
    endpoint: str | None = None
    clock: AwsClock = field(default_factory=AwsClock)
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.session.events.register("after-call", self.clock.update)

    @property
    def region(self) -> str:
        """The Region's name; empty when none is configured."""
        return str(self.session.region_name or "")

    def client(self, service: str) -> Any:
        if service not in self.clients:
            from botocore.config import Config  # noqa: PLC0415  # the session's creator has loaded boto3

            config = Config(
                retries={"mode": "standard", "total_max_attempts": 4},
                connect_timeout=5,
                read_timeout=20,
                max_pool_connections=32,
            )
            self.clients[service] = self.session.client(  # type: ignore[call-overload]  # the name is a variable
                service, endpoint_url=self.endpoint, config=config
            )
        return self.clients[service]

    def now(self) -> datetime:
        return self.clock.now()


def open_account(target: Target) -> Account:
    """The account and Region of a command's options.

    Raises:
        botocore.exceptions.ProfileNotFound: There is no such profile.
    """
    import boto3  # noqa: PLC0415  # a fifth of a second that `steward --help` does not need
    from botocore.session import get_session  # noqa: PLC0415  # as above

    core = get_session()
    # an answer is signed for the STS that the steward asks, whatever this machine is configured to prefer
    core.set_config_variable("sts_regional_endpoints", "regional")
    session = boto3.Session(botocore_session=core, profile_name=target.profile, region_name=target.region)
    return Account(session)
