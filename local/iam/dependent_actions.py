"""The actions that a call needs beside its own (Service Authorization Reference, "Dependent actions")."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("dependent_actions.json")
"""By action, ``service:Action``; actions without any are left out. See `generate_dependent_actions`."""

OBSERVED: Mapping[str, tuple[str, ...]] = {
    "redshift:RestoreFromClusterSnapshot": tuple(
        f"ec2:Describe{what}"
        for what in (
            "AccountAttributes",
            "Addresses",
            "AvailabilityZones",
            "InternetGateways",
            "NetworkInterfaces",
            "SecurityGroups",
            "Subnets",
            "VpcAttribute",
            "Vpcs",
        )
    )
}
"""What the reference lacks: without it, aws/redshift-test-drive#120 saw UnauthorizedOperation."""


def dependent_actions(action: str) -> tuple[str, ...]:
    """What ``redshift:CreateCluster``, say, needs besides itself; some of it only with some parameters."""
    return (*_table().get(action, ()), *OBSERVED.get(action, ()))


@cache
def _table() -> dict[str, list[str]]:
    return dict(json.loads(TABLE.read_text(encoding="utf-8")))
