"""What the adapters of the ledger read in recorded items, so that two releases can be compared."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws

from steward.adapters.ledger.baselines import Baselines
from steward.adapters.ledger.corrections import Corrections
from steward.adapters.ledger.decisions import DecisionHistory
from steward.adapters.ledger.keys import REQUESTS, cluster_of
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import LocksIndex
from steward.adapters.ledger.operations import OperationHistory
from steward.adapters.ledger.requests import Requests
from steward.adapters.ledger.schedule_moments import ScheduledRuns
from steward.domain.operation import operation_from_record
from steward.domain.workflows import WORKFLOWS
from tests.adapters.runs import LEDGER_KEYS, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def read_ledger(items: Sequence[dict[str, Any]], now: str) -> dict[str, Any]:
    """All that today's adapters make of the items, as JSON has it: by kind of record, then by cluster."""
    with mock_aws():
        dynamodb = boto3.resource("dynamodb", region_name=REGION)
        table = dynamodb.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **LEDGER_KEYS)  # type: ignore[arg-type]  # as the stack makes it
        for item in items:
            table.put_item(Item=json.loads(json.dumps(item), parse_float=Decimal))
        clusters = sorted({cluster_of(item) for item in items if item["pk"].startswith("CLUSTER#")})
        history, decisions = OperationHistory(table), DecisionHistory(table)
        found = {
            "operations": {name: _operations(history.of_cluster(name)) for name in clusters},
            "rotations": _plain(LastRotations(dynamodb, table).of(clusters)),
            "locks": _plain(LocksIndex(table).all()),
            "requests": _plain(Requests(table).recent(datetime.fromisoformat(now))),
            "requesters": sorted(item["sk"] for item in items if item["pk"] == REQUESTS),
            "corrections": {name: _plain(Corrections(table).of(name)) for name in clusters},
            "decisions": {name: _plain(decisions.of_cluster(name)) for name in clusters},
            "schedules": {name: _plain(ScheduledRuns(table).newest(name)) for name in WORKFLOWS},
            "baselines": [_baseline(item, Baselines(table)) for item in items if _is_baseline(item)],
        }
    return json.loads(json.dumps(found, default=_text))  # type: ignore[no-any-return]  # an object


def _operations(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [asdict(operation_from_record(record)) for record in records]


def _is_baseline(item: dict[str, Any]) -> bool:
    return str(item["sk"]).startswith("BASELINE#")


def _baseline(item: dict[str, Any], baselines: Baselines) -> Any:
    found = baselines.of(cluster_of(item), item["namespace_arn"], item["created_at"])
    return found and asdict(found)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: asdict(each) for name, each in value.items()}
    return [asdict(each) for each in value]


def _text(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
