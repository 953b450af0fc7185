"""The order of a run: which subjects, what each needs, and what becomes of those that cannot be looked at."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from cli.accept.catalog import BY_ID, FACTS
from cli.accept.lab import Lab
from cli.accept.probes import (
    account,
    creation,
    deletion,
    deployment,
    encryption,
    history,
    keys,
    pause,
    paused_deletion,
    restore,
    roles,
    rotation,
    schedule,
    snapshot,
    workflows,
)
from cli.errors import DENIED, CliError, to_cli_error


@dataclass(frozen=True)
class Subject:
    """One part of a run.

    Attributes:
        needs: The subjects before it without which it cannot be.
        hours: About how long it takes, for the estimate of what a run costs.
    """

    probe: Callable[[Lab], None]
    needs: tuple[str, ...] = ()
    hours: float = 0.25


FIRST_LIFE = ("creation",)
SUBJECTS = {
    "account": Subject(account.probe, hours=0),
    "deployment": Subject(deployment.probe, hours=0),
    "schedule": Subject(schedule.probe, hours=0),
    "creation": Subject(creation.probe),
    "rotation": Subject(rotation.probe, FIRST_LIFE, 0.5),
    "roles": Subject(roles.probe, FIRST_LIFE, 0.5),
    "snapshot": Subject(snapshot.probe, FIRST_LIFE),
    "history": Subject(history.probe, FIRST_LIFE),
    "pause": Subject(pause.probe, FIRST_LIFE, 0.5),
    "workflows": Subject(workflows.probe, FIRST_LIFE, 0.75),
    "deletion": Subject(deletion.probe, FIRST_LIFE, 0.5),
    "restore": Subject(restore.probe, ("creation", "deletion"), 0.75),
    "keys": Subject(keys.probe, ("restore",), 0.75),
    "encryption": Subject(encryption.probe, ("restore",), 1),
    "paused-deletion": Subject(paused_deletion.probe, ("restore",), 0.5),
}
"""By name, in order: the cluster's first life ends with `deletion`, its second begins with `restore`."""


def with_needs(wanted: Collection[str]) -> list[str]:
    """The wanted subjects and those that they need, in the order of a run; all if none is wanted."""
    taken = set(wanted or SUBJECTS)
    for name in reversed(SUBJECTS):
        if name in taken:
            taken.update(SUBJECTS[name].needs)
    return [name for name in SUBJECTS if name in taken]


def run_subjects(lab: Lab, names: Iterable[str], report: Callable[[str], None]) -> dict[str, str]:
    """Look at one subject after the other; what stops one stops those that need it, and no other.

    Returns:
        Why subjects were stopped, by name.

    Raises:
        ClientError: The cluster itself may not be created: nothing else is worth a try.
    """
    stopped: dict[str, str] = {}
    for name in names:
        missing = next((need for need in SUBJECTS[name].needs if need in stopped), None)
        reason = f"{missing} did not succeed" if missing else _look_at(lab, name, report)
        if reason:
            stopped[name] = reason
            lab.findings.leave_subject_open(name, reason, FACTS)
            report(f"{name}: stopped, {reason}")
    _note_what_all_saw(lab)
    return stopped


def _look_at(lab: Lab, name: str, report: Callable[[str], None]) -> str:
    """Why the subject could not be looked at to its end; empty if it could."""
    report(f"{name} …")
    try:
        SUBJECTS[name].probe(lab)
    except ClientError as error:
        if name == "creation" and error.response.get("Error", {}).get("Code") in DENIED:
            raise
        return str(to_cli_error(error))
    except (CliError, BotoCoreError) as error:
        return str(error)
    return ""


def _note_what_all_saw(lab: Lab) -> None:
    """Readings that no subject has by itself: of what never happened in the whole run, too."""
    if lab.created_at:
        missing = tuple(sorted(lab.without_namespace))
        lab.findings.add("namespace_arn_missing_while", missing, *lab.without_namespace.values())
    if lab.taken_at_once and not lab.findings.of(BY_ID["post_op_busy_tail"]).values:
        lab.findings.add("post_op_busy_tail", timedelta(), lab.taken_at_once[0])
