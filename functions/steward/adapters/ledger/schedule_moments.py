"""The moments of the schedules: which run took each, whether it succeeded, and since when this is watched."""

from datetime import datetime

from steward.adapters.grants import on_records
from steward.adapters.ledger.keys import WATCH, schedule_moment_key, schedule_partition, watch_key
from steward.adapters.ledger.table import Records, conditional_write
from steward.domain.moments import format_moment, parse_moment
from steward.domain.run import Run
from steward.domain.watch import ScheduledRun

LATEST_RUNS = 30
"""How many runs of a schedule Watch reads, the newest first."""


class ScheduleMoments(Records):
    """Each moment of a schedule belongs to one run, though EventBridge Scheduler may deliver it twice."""

    GRANTS = (on_records((schedule_partition("*"),), "dynamodb:PutItem", "dynamodb:UpdateItem"),)

    def take(self, run: Run, scheduled_at: str) -> bool:
        """Whether the moment is this run's; taking it again is no harm."""
        return conditional_write(
            self._table,
            self._table.put_item,
            Item={**schedule_moment_key(run.workflow, scheduled_at), "run": run.arn},
            ConditionExpression="attribute_not_exists(pk) OR #run = :mine",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn},
        )

    def mark_succeeded(self, run: Run, scheduled_at: str) -> None:
        """Record that the moment's run has succeeded; a moment that another run took stays as it is."""
        conditional_write(
            self._table,
            self._table.update_item,
            Key=schedule_moment_key(run.workflow, scheduled_at),
            UpdateExpression="SET succeeded = :succeeded",
            ConditionExpression="#run = :mine",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn, ":succeeded": True},
        )


class ScheduledRuns(Records):
    """Reads which runs took the moments of a schedule, and how they ended."""

    GRANTS = (
        on_records((schedule_partition("*"),), "dynamodb:Query"),
        on_records((WATCH,), "dynamodb:UpdateItem"),
    )

    def newest(self, workflow: str) -> list[ScheduledRun]:
        """The newest runs of the workflow's schedule, at most `LATEST_RUNS`."""
        page = self._table.query(
            KeyConditionExpression="pk = :schedule",
            ExpressionAttributeValues={":schedule": schedule_partition(workflow)},
            ScanIndexForward=False,
            Limit=LATEST_RUNS,
        )
        return [ScheduledRun(str(item["sk"]), bool(item.get("succeeded"))) for item in page["Items"]]

    def first_watched(self, workflow: str, now: datetime) -> datetime:
        """When Watch read the schedule for the first time, which may be now."""
        answer = self._table.update_item(
            Key=watch_key(workflow),
            UpdateExpression="SET first_at = if_not_exists(first_at, :now)",
            ExpressionAttributeValues={":now": format_moment(now)},
            ReturnValues="ALL_NEW",
        )
        return parse_moment(str(answer["Attributes"]["first_at"]))
