"""Whose infrastructure code a cluster belongs to."""

from __future__ import annotations

import pytest

from steward.domain.owners import owner_of

STACK = {"aws:cloudformation:stack-name": "warehouse"}


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({}, ""),
        ({"team": "bi"}, ""),
        (STACK, "the CloudFormation stack warehouse"),
        ({"terraform": "dwh"}, "the infrastructure code of its tag terraform=dwh"),
        ({"iac": "", "terraform": "dwh"}, "the infrastructure code of its tag terraform=dwh"),
        ({"iac": ""}, "the infrastructure code of its tag iac="),
        (STACK | {"terraform": "dwh"}, "the CloudFormation stack warehouse"),
    ],
)
def test_a_cluster_belongs_to_the_code_that_its_tags_name(tags: dict[str, str], owner: str) -> None:
    assert owner_of(tags, ["terraform", "iac"]) == owner


def test_only_keys_that_the_policy_names_mark_other_owners() -> None:
    assert owner_of({"terraform": "dwh"}, []) == ""
