"""The input of an execution: what one run is asked to do beyond what the policy says.

The same shape serves the schedule, the console, the CLI and other people's state machines; ``{}`` does what
the schedule does.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from steward.domain.errors import BadInput
from steward.domain.moments import format_moment, parse_moment
from steward.domain.one_line import one_line
from steward.domain.workflows import FORCE_INPUT, WORKFLOWS

MOST_CLUSTERS = 1000
"""Names in one input; more of them are for the policy to select."""

LONGEST_NAME = 63
"""Characters of a cluster identifier (Redshift API reference, CreateCluster)."""

LONGEST_TEXT = 2048
"""Characters of a text in the input, which is shown on pages and in notices."""

EARLIEST, LATEST = timedelta(minutes=1), timedelta(hours=1)
"""So long before or after its moment a scheduled run begins at most: the schedule gives up after a quarter of
an hour (`infra.schedules`), and the rest is for clocks that differ."""

LONGEST_INPUT = 72_000
"""Characters of a whole input as JSON: the longest names that it may have, two texts, and JSON's own signs.

Longer ones are refused by the state machine itself: a state's data ends at 262,144 bytes (Step Functions
developer guide, "Quotas"), so that no function could be called to say what is wrong.
"""

TOO_LONG = (
    f"the execution's input is longer than {LONGEST_INPUT} characters; nothing was done; name at most "
    f"{MOST_CLUSTERS} clusters in one run, and keep reason and requested_by under {LONGEST_TEXT} characters"
)


@dataclass(frozen=True)
class RunInput:
    """A valid input; ``clusters`` is None when the policy selects."""

    clusters: tuple[str, ...] | None = None
    dry_run: bool = False
    force: bool = False
    ignore_window: bool = False
    scheduled_at: str = ""
    reason: str = ""
    requested_by: str = ""
    drift: Mapping[str, Any] = field(default_factory=dict)
    stopped_run: str = ""
    """ARN of the run that a recovery run goes on with."""


def parse_run_input(document: Any, workflow: str) -> RunInput:
    """The input in ``document``, which may be any JSON value, for a run of ``workflow``.

    Raises:
        BadInput: With one sentence that names the field, what was found and what is allowed.
    """
    keys = WORKFLOWS[workflow].input_keys
    if not isinstance(document, dict):
        raise BadInput(
            f"the execution's input must be an object such as {{}}, but it is {_kind(document)}; "
            f"allowed keys are {', '.join(keys)}"
        )
    _refuse_unknown(document, keys)
    wanted = RunInput(
        clusters=_clusters(document),
        dry_run=_flag(document, "dry_run"),
        force=_flag(document, "force"),
        ignore_window=_flag(document, "ignore_window"),
        scheduled_at=_text(document, "scheduled_at"),
        reason=_text(document, "reason"),
        requested_by=_text(document, "requested_by"),
        drift=_object(document, "drift"),
        stopped_run=_text(document, "continue"),
    )
    for key in FORCE_INPUT:
        if getattr(wanted, key) and wanted.clusters is None:
            raise BadInput(f'{key}: needs "clusters", so that the whole fleet is never meant by accident')
    if wanted.stopped_run and len(document) > 1:
        raise BadInput("continue: stands alone, for a recovery run takes its clusters from the stopped run")
    if wanted.scheduled_at and len(document) > 1:
        raise BadInput("scheduled_at: stands alone, for the schedule starts a run of the whole policy")
    return wanted


def check_schedule(run_input: RunInput, started_at: datetime) -> None:
    """A run takes a moment of the schedule only when it is due.

    Whoever may start runs could else take the schedule's next moments, so that its own runs would do nothing.

    Raises:
        BadInput: The run did not begin at the moment for which it says that it was scheduled.
    """
    if not run_input.scheduled_at:
        return
    try:
        late = started_at - parse_moment(run_input.scheduled_at)
    except (ValueError, OverflowError):
        late = timedelta.max
    if not -EARLIEST <= late <= LATEST:
        raise BadInput(
            f'scheduled_at: "{_short(run_input.scheduled_at)}" is not when the run began, '
            f"{format_moment(started_at)}; leave it to the schedule"
        )


def _refuse_unknown(document: dict[str, Any], keys: Mapping[str, str]) -> None:
    for key in document:
        if key not in keys:
            near = difflib.get_close_matches(str(key), keys, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise BadInput(
                f'"{_short(key)}" is not a key of the input{hint}; allowed keys are {", ".join(keys)}'
            )


def _clusters(document: dict[str, Any]) -> tuple[str, ...] | None:
    if "clusters" not in document:
        return None
    found = document["clusters"]
    if not isinstance(found, list):
        raise BadInput(f"clusters: must be a list of cluster identifiers, but it is {_kind(found)}")
    if not found:
        raise BadInput("clusters: is an empty list; name at least one cluster, or leave the key out")
    if len(found) > MOST_CLUSTERS:
        raise BadInput(f"clusters: has {len(found)} names and may have {MOST_CLUSTERS}; start several runs")
    for index, name in enumerate(found):
        if not isinstance(name, str) or not name.strip():
            raise BadInput(f"clusters[{index}]: must be a cluster identifier, but it is {_kind(name)}")
        if not name.strip().isprintable() or len(name.strip()) > LONGEST_NAME:
            raise BadInput(
                f"clusters[{index}]: must be a cluster identifier of at most {LONGEST_NAME} characters, "
                f'none of them a control character, but it is "{one_line(name, 60)}"'
            )
    return tuple(dict.fromkeys(name.strip().lower() for name in found))


def _flag(document: dict[str, Any], key: str) -> bool:
    found = document.get(key, False)
    if not isinstance(found, bool):
        raise BadInput(f"{key}: must be true or false, but it is {_kind(found)}")
    return found


def _text(document: dict[str, Any], key: str) -> str:
    found = document.get(key, "")
    if not isinstance(found, str):
        raise BadInput(f"{key}: must be a string, but it is {_kind(found)}")
    if len(found) > LONGEST_TEXT:
        raise BadInput(f"{key}: has {len(found)} characters and may have {LONGEST_TEXT}; shorten it")
    return found


def _object(document: dict[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key, {})
    if not isinstance(found, dict):
        raise BadInput(f"{key}: must be an object, but it is {_kind(found)}")
    return found


def _kind(value: Any) -> str:
    """What a JSON value is, in JSON's words, short enough for a sentence."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the string "{_short(value)}"' if value.strip() else "an empty string"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else f"the number {value}"


def _short(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[:longest] + "…"
