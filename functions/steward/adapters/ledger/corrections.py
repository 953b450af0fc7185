"""Which runs have lately corrected a cluster's roles by themselves."""

from collections.abc import Iterable
from typing import Any

from steward.adapters.grants import CLUSTER_RECORDS, on_records
from steward.adapters.ledger.keys import corrections_key
from steward.adapters.ledger.table import Records, read_one
from steward.domain.moments import format_moment, parse_moment
from steward.domain.sync_roles.contest import Correction


class Corrections(Records):
    """Keeps which roles the latest runs have corrected, one record a cluster."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:GetItem", "dynamodb:PutItem"),)

    def of(self, cluster: str) -> list[Correction]:
        known: dict[str, Any] = (read_one(self._table, corrections_key(cluster)) or {}).get("runs", {})
        return [
            Correction(run, parse_moment(each["at"]), frozenset(each["roles"]))
            for run, each in known.items()
            if isinstance(each, dict)
        ]

    def write(self, cluster: str, corrections: Iterable[Correction]) -> None:
        """Replace what was kept."""
        runs = {each.run: {"at": format_moment(each.at), "roles": sorted(each.roles)} for each in corrections}
        self._table.put_item(Item=corrections_key(cluster) | {"runs": runs})
