"""Reads that can fail for one subject: the failure is a fact in AWS's own words, and the others go on.

Every Plan reads what it needs of single clusters, keys and roles through `read_each`, so that no error of any
call ends a plan (promise 13: what could not be read counts as unsafe, for that cluster alone).
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from steward.adapters.call_once import may_pass
from steward.adapters.cloudtrail import LOOK_UP_FAILURES
from steward.domain.errors import AwsUnavailable, FleetUnreadable, UnexpectedAnswer

K = TypeVar("K")
T = TypeVar("T")

WORKERS = 8
"""Reads at the same time: enough for a thousand clusters in minutes, few enough for the APIs' rate limits."""

LONGEST = 480.0
"""Seconds after which `read_each` begins no more reads; Plan itself has 15 minutes."""

OUT_OF_TIME = "the plan ran out of time, because AWS answered too slowly or throttled"


@dataclass(frozen=True)
class Unreadable:
    """A read that failed.

    Attributes:
        reason: Half a sentence that quotes AWS.
        outage: Whether asking again later can help.
    """

    reason: str
    outage: bool = False


def attempt(read: Callable[[], T]) -> T | Unreadable:
    """What ``read`` answers, or why AWS did not let it; an error of ours is raised as ever."""
    try:
        return read()
    except ClientError as error:
        said = error.response.get("Error", {})
        code, text = said.get("Code", "no code"), said.get("Message") or "without a message"
        return Unreadable(f"{error.operation_name} was refused: {code}: {text}", may_pass(error))
    except (BotoCoreError, UnexpectedAnswer, *LOOK_UP_FAILURES) as error:
        return Unreadable(
            f"AWS could not be read: {error}", isinstance(error, AwsUnavailable) or may_pass(error)
        )


def require(read: Callable[[], T]) -> T:
    """What ``read`` answers, for what a whole plan rests on.

    Raises:
        AwsUnavailable: An outage; the state machine waits for its end.
        FleetUnreadable: AWS refused it; the state machine tries again for some minutes.
    """
    found = attempt(read)
    if isinstance(found, Unreadable):
        kind = AwsUnavailable if found.outage else FleetUnreadable
        raise kind(f"the fleet could not be read: {found.reason}; nothing was done to any cluster")
    return found


def read_each(
    subjects: Iterable[K], read: Callable[[K], T], *, seconds: float = LONGEST
) -> dict[K, T | Unreadable]:
    """Read each subject once, some at the same time; takes ``seconds`` and the reads then under way."""
    ends, distinct = monotonic() + seconds, list(dict.fromkeys(subjects))

    def one(subject: K) -> T | Unreadable:
        return attempt(lambda: read(subject)) if monotonic() < ends else Unreadable(OUT_OF_TIME)

    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip(distinct, pool.map(one, distinct), strict=True))
