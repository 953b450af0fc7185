"""A cluster's baseline is the first one that was kept, until it is forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steward.adapters.ledger.baselines import Baselines
from steward.domain.deprovision.baseline import Baseline

RAN = Baseline(
    "namespace-1", "2026-01-01T00:00:00Z", was_paused=False, run="run-1", since="2026-11-21T21:00:00Z"
)


@pytest.fixture
def baselines(table: Any) -> Baselines:
    """Those in an empty ledger."""
    return Baselines(table)


def found(baselines: Baselines, namespace: str = "namespace-1") -> Baseline | None:
    return baselines.of("sales", namespace, RAN.created_at)


def test_the_first_one_counts(baselines: Baselines) -> None:
    assert found(baselines) is None
    baselines.keep("sales", RAN)
    baselines.keep("sales", replace(RAN, was_paused=True, run="run-2"))
    assert found(baselines) == RAN


def test_another_cluster_of_the_name_has_its_own(baselines: Baselines) -> None:
    baselines.keep("sales", RAN)
    assert found(baselines, "namespace-2") is None
    baselines.forget("sales", replace(RAN, namespace_arn="namespace-2"))
    assert found(baselines) == RAN


def test_after_it_is_forgotten_a_new_one_can_be_kept(baselines: Baselines) -> None:
    baselines.keep("sales", RAN)
    baselines.forget("sales", RAN)
    baselines.forget("sales", RAN)
    assert found(baselines) is None
    baselines.keep("sales", replace(RAN, was_paused=True))
    assert found(baselines) == replace(RAN, was_paused=True)


def test_what_a_later_release_wrote_besides_is_left_aside(baselines: Baselines, table: Any) -> None:
    baselines.keep("sales", RAN)
    record = table.scan()["Items"][0]
    table.put_item(Item={**record, "new": "fact"})
    assert found(baselines) == RAN
