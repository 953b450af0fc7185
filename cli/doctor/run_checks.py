"""Runs all checks in order and prints their findings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from rich.console import Console

from cli.aws import open_account
from cli.deployed_stack import connect
from cli.doctor import access_checks, deployment_checks, fleet_checks, four_eyes_checks, version_checks
from cli.doctor.access_checks import ASK_FOR_IT
from cli.doctor.check_context import CheckContext, Finding, Level, fail
from cli.errors import to_cli_error
from cli.exit_codes import ExitCode
from cli.options import Target
from cli.output import cell, console, print_json

CHECKS: dict[str, Callable[[CheckContext], Iterable[Finding]]] = {
    "stack": deployment_checks.check_stack,
    "permissions": access_checks.check_read_permissions,
    "permission to start runs": access_checks.check_start_permission,
    "schedule": deployment_checks.check_schedules,
    "missed starts": deployment_checks.check_missed_starts,
    "notifications": deployment_checks.check_notifications,
    "alarms": deployment_checks.check_alarms,
    "KMS keys": fleet_checks.check_kms_keys,
    "locks": fleet_checks.check_locks,
    "quotas": fleet_checks.check_quotas,
    "four eyes": four_eyes_checks.check_four_eyes,
    "changes by others": four_eyes_checks.check_drift_events,
    "versions": version_checks.check_versions,
}
"""By name, in the order of the report; a failing check does not stop the next one."""

COLORS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def run_checks(target: Target, *, as_json: bool) -> ExitCode:
    """Run all checks; a failure makes the exit code `ExitCode.ATTENTION`, a warning does not."""
    out, findings = console(), []
    for finding in _findings(target):
        findings.append(finding)
        if not as_json:
            _print_finding(out, finding)
    all_ok = all(finding.level is not Level.FAIL for finding in findings)
    if as_json:
        print_json({"ok": all_ok, "checks": [asdict(finding) for finding in findings]})
    return ExitCode.OK if all_ok else ExitCode.ATTENTION


def _print_finding(out: Console, finding: Finding) -> None:
    level = cell(f"{finding.level:<4} ", COLORS[finding.level])
    out.print(level + cell(f"{finding.check}: {finding.detail}"), soft_wrap=True)
    if finding.fix:
        out.print(cell(f"     → {finding.fix}", "bold"), soft_wrap=True)


def _findings(target: Target) -> Iterator[Finding]:
    account = open_account(target)
    found = list(_run_check("credentials", lambda: [access_checks.check_credentials(account)]))
    yield from found
    if any(finding.level is Level.FAIL for finding in found):
        return
    try:
        stack = connect(target)
    except Exception as error:  # noqa: BLE001  # bugs are raised again
        yield _failure("stack", error)
        return
    context = CheckContext(stack)
    for name, check in CHECKS.items():
        yield from _run_check(name, lambda check=check: check(context))  # type: ignore[misc]  # bound by the default


def _run_check(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of one check; an error that it raises becomes a finding."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  # bugs are raised again
        yield _failure(name, error)


def _failure(name: str, error: Exception) -> Finding:
    cli_error = to_cli_error(error)
    if cli_error is None:
        raise error
    detail, _, fix = str(cli_error).partition("; ")
    return fail(name, detail, fix or ASK_FOR_IT)
