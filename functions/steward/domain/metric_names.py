"""Names of the CloudWatch metrics, shared by what measures, by the alarms and by the dashboard.

All are in `NAMESPACE` and have the dimension ``stack``; those about one workflow also have ``workflow``.
"""

NAMESPACE = "RedshiftSteward"

RUNS_STARTED, RUNS_FINISHED, RUNS_FAILED = "RunsStarted", "RunsFinished", "RunsFailed"
RUN_SECONDS = "RunSeconds"
OPERATIONS = "Operations"
"""Also has the dimension ``outcome``."""
DRIFT_FOUND = "DriftFound"
APPROVALS_REQUESTED = "ApprovalsRequested"

REFUSED_CALLS = "RefusedCalls"
"""Calls of functions that no run accounts for: of the whole stack, and with the dimension ``function``."""

WATCHED = "Watched"
"""Written by Watch once it has measured everything; its absence is an alarm of its own."""

KEYS_OVERDUE, OLDEST_KEYS_DAYS = "KeysOverdue", "OldestKeysDays"
LOCKS_OLD, OLDEST_LOCK_HOURS = "LocksOld", "OldestLockHours"
APPROVALS_OPEN, APPROVALS_EXPIRING = "ApprovalsOpen", "ApprovalsExpiring"
HOURS_TO_EXPIRY = "HoursToExpiry"
RUN_OVERDUE = "RunOverdue"
