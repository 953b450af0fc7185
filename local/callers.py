"""Which requests come from work that counts on the clock already, so that an answer can take virtual time.

Whoever counts as busy (`Clock.busy`) and waits for an answer must count as waiting when the answer takes
virtual time, or time would stand still; whoever does not count must not be taken for one who does.
A thread of local AWS and what it invokes are one piece of work and count once. Requests tell by the SDK's
application id (AWS SDKs reference guide, ``sdk_ua_app_id``), which is part of their User-Agent.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from local.clock import Clock, Waiter

APP_ID = "local-aws-work"
"""Of a client whose thread counts as busy for as long as it waits for an answer."""

AS_WORK = {"user_agent_appid": APP_ID}
"""The same as an option of botocore's Config, whose type stubs do not know it."""

APP_ID_VARIABLE = "AWS_SDK_UA_APP_ID"

WORKER = re.compile(rf"\bapp/{APP_ID}(?:\.(?P<worker>\w+))?")


def app_id(worker: str) -> str:
    """The application id of a worker process, whose threads count as one; of letters and digits."""
    return f"{APP_ID}.{worker}"


def counts_as_work(headers: Mapping[str, str]) -> bool:
    """Whether the caller counts as busy while it waits for the answer."""
    return WORKER.search(headers.get("User-Agent", "")) is not None


def hold_back(clock: Clock, headers: Mapping[str, str], until: datetime) -> None:
    """Let virtual time come to ``until`` before the answer to the request with these ``headers``."""
    found = WORKER.search(headers.get("User-Agent", ""))
    if found is not None:
        Waiter(clock, found["worker"]).wait(until)
        return
    with clock.busy():
        Waiter(clock).wait(until)
