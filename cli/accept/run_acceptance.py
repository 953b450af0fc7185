"""`steward accept`: asks, looks, writes its report, and removes what it has made, however it ends."""

import secrets
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.accept.acceptance import SUBJECTS, run_subjects, with_needs
from cli.accept.calls import Calls
from cli.accept.catalog import FACTS
from cli.accept.clean_up import DAYS_UNTIL_KEY_IS_GONE, CleanUp
from cli.accept.facts import Verdict
from cli.accept.journal import Journal, read_journals
from cli.accept.knob_file import to_knob_file
from cli.accept.lab import Lab
from cli.accept.ownership import PREFIX, ROLE_PATH, Names
from cli.accept.pace import Pace
from cli.accept.probes.creation import NODE_TYPE
from cli.accept.report import Report, assumption, reading, to_json, to_markdown
from cli.aws import Account, open_account
from cli.confirmation import confirm
from cli.deployed_stack import DeployedStack, connect
from cli.errors import CliError, to_cli_error
from cli.exit_codes import ExitCode
from cli.options import Target
from cli.output import add_row, console, new_table, print_note
from cli.text import did_you_mean
from steward.domain.deprovision.costs import PRICES
from steward.domain.durations import humanize

EXAMPLE = "us-east-1"
"""The Region whose prices stand for those that are not known; the sentence says so."""

OF_THE_STACK = frozenset({"deployment", "workflows"})
"""Subjects about the steward as it is deployed."""

FINISH = "finish with: steward accept --clean-up"
KEY_HOURLY = 1 / 730
"""Dollars for one customer managed key ($1 a month)."""


@dataclass(frozen=True)
class Place:
    """Where a run happens, and who makes its calls."""

    account: Account
    number: str
    caller: str
    stack: DeployedStack | None
    calls: Calls
    pace: Pace


def open_place(target: Target) -> Place:
    """The account and Region of the command's options, whether or not the steward is deployed there."""
    account = open_account(target)
    pace = Pace(account.now)
    calls = Calls(account, pace)
    identity = calls.get("sts", "get_caller_identity")
    return Place(account, str(identity["Account"]), str(identity["Arn"]), None, calls, pace)


def accept(
    target: Target, only: Collection[str], folder: Path, *, subnet_group: str = "", yes: bool
) -> ExitCode:
    """Run the subjects: `ExitCode.ATTENTION` when an assumption is refuted or a subject came to no end.

    Raises:
        CliError: A subject does not exist, the prompt was not confirmed, or something could not be removed.
    """
    subjects = _check_subjects(only)
    place = open_place(target)
    _check_rights(place)
    place = replace(place, stack=_find_stack(target, only))
    if place.stack is None:
        subjects = [name for name in subjects if name not in OF_THE_STACK]
    for sentence in plan(place, subjects):
        print_note(sentence)
    if not yes:
        confirm(place.number, "start")
    names = Names(secrets.token_hex(4))
    journal = Journal(folder / names.run, names.run, place.number, place.account.region)
    partition = place.caller.split(":")[1]
    lab = Lab(place.calls, place.pace, names, journal, partition=partition, stack=place.stack)
    lab.network = {"ClusterSubnetGroupName": subnet_group} if subnet_group else {}
    for name in set(SUBJECTS) - set(subjects):
        lab.findings.leave_subject_open(name, _why_left_out(place, name), FACTS)
    return _run(place, lab, subjects)


def _why_left_out(place: Place, subject: str) -> str:
    missing = place.stack is None and subject in OF_THE_STACK
    return "the steward is not deployed here" if missing else "not asked for"


def clean_up(target: Target, folder: Path) -> ExitCode:
    """Remove what earlier runs have left in the account and Region."""
    place = open_place(target)
    journals = read_journals(folder, place.number, place.account.region)
    names = {name for journal in journals for name in journal.names}
    with _interruptible():
        removed = CleanUp(place.calls, place.pace, names, print_note).run()
    for journal in journals:
        journal.end()
    print_note(f"{removed} removed; nothing of an acceptance run is left" if removed else "Nothing is left")
    return ExitCode.OK


def plan(place: Place, subjects: Collection[str]) -> Iterator[str]:
    """What will be made and what that costs, in sentences."""
    hours = sum(SUBJECTS[name].hours for name in subjects)
    yield f"Acceptance run in account {place.number}, Region {place.account.region}, as {place.caller}"
    things = []
    if "schedule" in subjects:
        things.append("a schedule in a group of its own and a queue")
    if "creation" in subjects:
        things.append(f"one cluster of one {NODE_TYPE} node (never two at a time)")
    if not things:
        yield "It creates nothing and only reads"
        return
    if {"snapshot", "deletion"} & set(subjects):
        things.append("snapshots of it, with a retention of one day")
    if {"roles", "keys", "schedule"} & set(subjects):
        things.append(f"IAM roles under the path {ROLE_PATH}")
    if "restore" in subjects:
        things.append(
            f"a KMS key, which KMS deletes {DAYS_UNTIL_KEY_IS_GONE} days after the run, without charge"
        )
    yield f"It creates, under names that begin with {PREFIX}: {'; '.join(things)}"
    if place.stack is not None and "workflows" in subjects:
        yield f"The workflows of {place.stack.stack} run on it once; their reports and ledger records stay"
    prices = PRICES.get(place.account.region, PRICES[EXAMPLE])
    dollars = hours * (prices.node_hours[NODE_TYPE] + KEY_HOURLY)
    cost = f"about ${max(1, round(dollars))}" if dollars else "next to nothing"
    span = humanize(max(hours, 0.25) * 3600)
    yield f"That takes about {span} and costs {cost} (list prices of {prices.place})"
    yield "It changes nothing else, and removes all of it at the end, also after Ctrl-C"


def _check_subjects(only: Collection[str]) -> list[str]:
    for name in only:
        if name not in SUBJECTS:
            known = ", ".join(SUBJECTS)
            raise CliError(
                f'No subject "{name}"{did_you_mean(name, SUBJECTS)}; subjects: {known}', ExitCode.USAGE
            )
    return with_needs(only)


def _find_stack(target: Target, only: Collection[str]) -> DeployedStack | None:
    """The steward's stack; None where it is not deployed, unless it is asked for.

    Raises:
        CliError: There are several and no ``--environment``, or the one that is asked for does not exist.
    """
    try:
        return connect(target)
    except CliError as error:
        asked = target.environment or OF_THE_STACK & set(only)
        if asked or error.code is not ExitCode.NOT_FOUND:
            raise
        return None


def _check_rights(place: Place) -> None:
    """Make the reading calls once, before anything is made: who may not read cannot clean up either."""
    place.calls.get("redshift", "describe_clusters", MaxRecords=20)
    place.calls.get("redshift", "describe_cluster_snapshots", SnapshotType="manual", MaxRecords=20)
    place.calls.get("iam", "list_roles", PathPrefix=ROLE_PATH)
    place.calls.get("kms", "list_aliases")
    place.calls.get("sqs", "list_queues", QueueNamePrefix=PREFIX)
    place.calls.get("scheduler", "list_schedule_groups", NamePrefix=PREFIX)


def _run(place: Place, lab: Lab, subjects: list[str]) -> ExitCode:
    began, stopped, unfinished = place.pace.now(), "", {}
    lab.journal.begin(began)
    with _interruptible():
        try:
            unfinished = run_subjects(lab, subjects, print_note)
        except KeyboardInterrupt:
            stopped = "it was interrupted"
        except Exception as error:
            stopped = str(error)
            raise
        finally:
            report = _report(place, lab, began, stopped)
            write_report(report, lab.journal.folder)
            _remove_all(place, lab)
    _print(report, lab.journal.folder)
    if stopped:
        return ExitCode.INTERRUPTED
    refuted = any(each.verdict is Verdict.REFUTED for each in report.findings)
    return ExitCode.ATTENTION if refuted or unfinished else ExitCode.OK


def _report(place: Place, lab: Lab, began: datetime, stopped: str) -> Report:
    findings = [lab.findings.of(fact) for fact in FACTS]
    region, ended = place.account.region, place.pace.now()
    return Report(lab.names.run, place.number, region, began, ended, findings, stopped)


def _remove_all(place: Place, lab: Lab) -> None:
    """Remove the things of the run.

    Raises:
        CliError: It was interrupted once more, or something could not be removed.
    """
    try:
        CleanUp(place.calls, place.pace, set(lab.journal.names), print_note).run()
    except KeyboardInterrupt:
        sentence = f"Interrupted while removing what it has made; {FINISH}"
        raise CliError(sentence, ExitCode.INTERRUPTED) from None
    except (ClientError, BotoCoreError) as error:
        cli_error = to_cli_error(error)
        raise CliError(f"Not everything is removed: {cli_error}; {FINISH}", ExitCode.AWS) from error
    lab.journal.end()


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end a run as Ctrl-C does: with everything removed."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            before[number] = signal.signal(number, interrupt)
    except ValueError:  # not on the main thread: whoever runs it there ends it
        before.clear()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def write_report(report: Report, folder: Path) -> None:
    files: dict[str, Callable[[Report], str]] = {
        "report.json": to_json,
        "report.md": to_markdown,
        "knobs.yaml": to_knob_file,
    }
    for name, write in files.items():
        (folder / name).write_text(write(report), encoding="utf-8")


def _print(report: Report, folder: Path) -> None:
    out, table = console(), new_table("verdict", "name", "assumed", "seen", folding="seen")
    for verdict in (Verdict.REFUTED, Verdict.OPEN, Verdict.CONFIRMED):
        for each in report.findings:
            if each.verdict is verdict:
                add_row(table, verdict, each.fact.id, assumption(each.fact), reading(each) or each.reason)
    out.print(table)
    print_note(f"{report.headline}; report and knob file: {folder}")
