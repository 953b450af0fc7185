"""All checks in order, and how their findings are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.aws import account, connect
from cli.doctor import access_checks, deployment_checks, fleet_checks
from cli.doctor.finding import Finding, Level, Patient, fail
from cli.errors import translated
from cli.exit_codes import Exit
from cli.output import cell, console, emit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console

    from cli.options import Target

CHECKS: dict[str, Callable[[Patient], Iterable[Finding]]] = {
    "stack": deployment_checks.stack,
    "permissions": access_checks.reading,
    "permission to start runs": access_checks.starting,
    "schedule": deployment_checks.schedules,
    "missed starts": deployment_checks.missed,
    "notices": deployment_checks.notices,
    "alarms": deployment_checks.alarms,
    "KMS keys": fleet_checks.kms_keys,
    "locks": fleet_checks.locks,
    "quotas": fleet_checks.quotas,
}
"""In the order of the report; each goes on its own, whatever the one before found."""

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def visit(target: Target, *, as_json: bool) -> Exit:
    """Check everything; a fault makes the exit code `Exit.ATTENTION`, a warning does not."""
    out, findings = console(), []
    for finding in _findings(target):
        findings.append(finding)
        if not as_json:
            _tell(out, finding)
    well = all(finding.level is not Level.FAIL for finding in findings)
    if as_json:
        emit({"ok": well, "checks": [asdict(finding) for finding in findings]})
    return Exit.OK if well else Exit.ATTENTION


def _tell(out: Console, finding: Finding) -> None:
    level = cell(f"{finding.level:<4} ", COLOURS[finding.level])
    out.print(level + cell(f"{finding.check}: {finding.says}"), soft_wrap=True)
    if finding.do:
        out.print(cell(f"     → {finding.do}", "bold"), soft_wrap=True)


def _findings(target: Target) -> Iterator[Finding]:
    reached = account(target)
    who, stack = list(_guarded("credentials", lambda: [access_checks.credentials(reached)])), None
    yield from who
    if any(finding.level is Level.FAIL for finding in who):
        return
    try:
        stack = connect(target)
    except Exception as error:  # noqa: BLE001  # what is no trouble of a user's is raised again
        yield _trouble("stack", error)
        return
    patient = Patient(stack)
    for name, check in CHECKS.items():
        yield from _guarded(name, lambda check=check: check(patient))  # type: ignore[misc]  # bound in this turn


def _guarded(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of one check; that it can not be made is one, too."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  # what is no trouble of a user's is raised again
        yield _trouble(name, error)


def _trouble(name: str, error: Exception) -> Finding:
    trouble = translated(error)
    if trouble is None:
        raise error
    says, _, do = str(trouble).partition("; ")
    return fail(name, says, do)
