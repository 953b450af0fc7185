"""The AWS CLI, which nobody here wrote, sees what it would see on AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

AWS = Path(sys.executable).with_name("aws")


def aws(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "AWS_ENDPOINT_URL": place.world.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": place.world.region,
        "AWS_PAGER": "",
    }
    command = [sys.executable, str(AWS), "redshift", *words, "--output", "json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def answer(place: Place, *words: str) -> dict[str, Any]:
    done = aws(place, *words)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_it_rotates_keys(place: Place) -> None:
    place.create()

    shown = answer(place, "rotate-encryption-key", "--cluster-identifier", "dwh")["Cluster"]

    assert (shown["ClusterStatus"], shown["ClusterAvailabilityStatus"]) == ("rotating-keys", "Modifying")


def test_it_is_refused_a_delete_without_flags(place: Place) -> None:
    place.create()

    done = aws(place, "delete-cluster", "--cluster-identifier", "dwh")

    assert done.returncode != 0
    assert "(InvalidParameterCombination) when calling the DeleteCluster operation" in done.stderr
    assert place.status() == "available"


def test_it_walks_a_fleet_by_pages(place: Place) -> None:
    seed_fleet(place.world, parse_fleet("clusters: [{identifier: 'c-{number:03d}', count: 150}]"))

    shown = answer(
        place, "describe-clusters", "--page-size", "20", "--query", "{all: Clusters[].ClusterIdentifier}"
    )

    assert shown["all"] == [f"c-{number:03d}" for number in range(1, 151)]


def test_it_waits_for_a_snapshot(place: Place) -> None:
    place.create()
    answer(place, "create-cluster-snapshot", "--cluster-identifier", "dwh", "--snapshot-identifier", "s")
    place.advance(241)

    done = aws(place, "wait", "snapshot-available", "--snapshot-identifier", "s")

    assert done.returncode == 0, done.stderr
