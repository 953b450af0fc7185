"""Service Quotas' entry for manual snapshots: what the fleet file says that the account may have.

moto knows quotas of VPC only.
"""

from collections.abc import Callable
from typing import Any, cast

from moto.servicequotas.models import ServiceQuotasBackend, servicequotas_backends

from local.redshift.state.backend import RedshiftBackend

SERVICE, SNAPSHOTS = "redshift", "L-2E428669"


class QuotasBackend(ServiceQuotasBackend):
    """moto's Service Quotas, with Redshift's snapshots."""

    redshift: Callable[[str, str], RedshiftBackend]

    def get_service_quota(self, service_code: str, quota_code: str) -> dict[str, Any]:
        """One quota, by its code."""
        if (service_code, quota_code) != (SERVICE, SNAPSHOTS):
            return super().get_service_quota(service_code, quota_code)
        owner = f"{self.region_name}:{self.account_id}"
        return {
            "ServiceCode": SERVICE,
            "ServiceName": "Amazon Redshift",
            "QuotaArn": f"arn:aws:servicequotas:{owner}:{SERVICE}/{SNAPSHOTS}",
            "QuotaCode": SNAPSHOTS,
            "QuotaName": "User snapshots",
            "Value": type(self).redshift(self.account_id, self.region_name).snapshot_quota,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


def install(redshift: Callable[[str, str], RedshiftBackend]) -> None:
    """Make moto's Service Quotas answer with the snapshot quota of each account and Region."""
    # moto looks for a backend's paths beside the module that it says it is from
    members = {"redshift": staticmethod(redshift), "__module__": ServiceQuotasBackend.__module__}
    servicequotas_backends.clear()
    servicequotas_backends.backend = cast("Any", type("InstalledQuotas", (QuotasBackend,), members))
