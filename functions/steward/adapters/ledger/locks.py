"""Locks: the right to change one cluster; at most one run holds it, over all workflows."""

from datetime import datetime
from typing import Any

from steward.adapters.grants import CLUSTER_RECORDS, Scope, on_records
from steward.adapters.ledger.keys import LOCK, LOCKS_INDEX, cluster_of, lock_key
from steward.adapters.ledger.table import Records, conditional_write, query_all, read_one, write_unless_taken
from steward.domain.moments import format_moment, parse_moment
from steward.domain.run import Run
from steward.domain.watch import Lock


class Locks(Records):
    """Takes and releases locks, each with one conditional write."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"),)

    def take(self, cluster: str, run: Run, now: datetime, instead_of: str | None = None) -> str | None:
        """Lock the cluster for ``run``; None when it holds the lock now, else the holder's execution ARN.

        ``instead_of`` names a holder that no longer runs: its lock, and only its, is taken over.
        """
        record = {"run": run.holder, "workflow": run.workflow, "since": format_moment(now)}
        found = write_unless_taken(
            self._table,
            self._table.put_item,
            Item={**lock_key(cluster), **record},
            ConditionExpression="attribute_not_exists(pk) OR #run IN (:mine, :theirs)",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.holder, ":theirs": instead_of or run.holder},
        )
        return None if found is None else str(found["run"])

    def holder(self, cluster: str) -> str | None:
        found = read_one(self._table, lock_key(cluster))
        return str(found["run"]) if found else None

    def release(self, cluster: str, run: Run, taken_at: datetime | None = None) -> None:
        """Release the lock if ``run`` holds it; another run's lock is left in place.

        ``taken_at`` is for a run that takes it again later: a lock that it has taken since then stays.
        """
        names, values = {"#run": "run"}, {":mine": run.holder}
        mine = "#run = :mine"
        if taken_at is not None:
            mine += " AND #since = :taken"
            names["#since"], values[":taken"] = "since", format_moment(taken_at)
        conditional_write(
            self._table,
            self._table.delete_item,
            Key=lock_key(cluster),
            ConditionExpression=f"attribute_not_exists(pk) OR ({mine})",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )


class LocksIndex(Records):
    """Lists the locks on all clusters; the index is a moment behind the table, which does no harm here."""

    GRANTS = (on_records((LOCK,), "dynamodb:Query", scope=Scope.LOCKS_INDEX),)

    def all(self) -> list[Lock]:
        found = query_all(
            self._table,
            IndexName=LOCKS_INDEX,
            KeyConditionExpression="sk = :lock",
            ExpressionAttributeValues={":lock": LOCK},
        )
        return [_lock(record) for record in found]


class CachedLocks(LocksIndex):
    """Asks once, however many runs the answer is for."""

    def __init__(self, index: LocksIndex) -> None:
        self._found = index.all()

    def all(self) -> list[Lock]:
        return list(self._found)


def _lock(record: dict[str, Any]) -> Lock:
    since = parse_moment(str(record["since"]))
    return Lock(cluster_of(record), str(record["workflow"]), str(record["run"]), since)
