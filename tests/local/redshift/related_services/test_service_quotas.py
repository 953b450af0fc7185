"""Service Quotas tells the quota of manual snapshots that the fleet file sets."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from local.fleet import parse_fleet, seed_fleet
from tests.support.local_aws import local_aws


def test_the_quota_is_the_one_that_snapshots_run_into() -> None:
    with local_aws() as aws:
        quotas = aws.client("service-quotas")
        asked = {"ServiceCode": "redshift", "QuotaCode": "L-2E428669"}
        assert quotas.get_service_quota(**asked)["Quota"]["Value"] == 20

        seed_fleet(aws.context, parse_fleet("snapshot_quota: 3\nclusters: [{identifier: a}]"))

        quota = quotas.get_service_quota(**asked)["Quota"]
        assert (quota["Value"], quota["Adjustable"]) == (3, True)
        with pytest.raises(ClientError, match="NoSuchResource"):
            quotas.get_service_quota(ServiceCode="redshift", QuotaCode="L-0")
