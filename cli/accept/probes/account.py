"""Quotas of the account that the steward depends on."""

from cli.accept.lab import Lab
from steward.adapters.inspection import SNAPSHOTS_QUOTA


def probe(lab: Lab) -> None:
    """Ask Service Quotas."""
    service, code = SNAPSHOTS_QUOTA
    answer = lab.calls.ask("service-quotas", "get_service_quota", ServiceCode=service, QuotaCode=code)
    if answer.result is None:
        lab.findings.leave_open("snapshot_quota", f"{answer.code}: {answer.message}", answer)
        return
    lab.findings.add("snapshot_quota", int(answer.result["Quota"]["Value"]), answer)
