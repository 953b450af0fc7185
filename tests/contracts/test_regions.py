"""The policy's Regions are those that AWS's own endpoint data has."""

from __future__ import annotations

import boto3

from policy.regions import REGIONS, WITHOUT_FUNCTION_URLS


def test_the_regions_of_a_policy_are_those_in_which_boto3_knows_redshift() -> None:
    session = boto3.Session()
    known = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("redshift", partition_name=partition)
    ]
    assert sorted(REGIONS) == sorted(known)
    assert set(REGIONS) > WITHOUT_FUNCTION_URLS
