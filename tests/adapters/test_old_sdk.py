"""A botocore that is too old to know a member drops it; what it drops is not known, and never "not set"."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from steward.adapters.inspection import DetailedClusters

MODEL = Loader().load_service_model("redshift", "service-2")


def client(*unknown: str) -> Any:
    """A client whose service model lacks these members; it answers one cluster."""
    model = deepcopy(MODEL)
    for name in unknown:
        del model["shapes"]["Cluster"]["members"][name]
    meta = SimpleNamespace(service_model=ServiceModel(model, "redshift"))
    return SimpleNamespace(
        meta=meta, describe_clusters=lambda **_: {"Clusters": [{"ClusterIdentifier": "bi"}]}
    )


@pytest.mark.parametrize("unknown", [(), ("LakehouseRegistrationStatus",)])
def test_a_cluster_says_which_of_its_members_the_sdk_cannot_read(unknown: tuple[str, ...]) -> None:
    found = DetailedClusters(client(*unknown)).one("bi")
    assert found is not None
    assert found.not_read == unknown
