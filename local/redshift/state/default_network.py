"""The default VPC, subnet group and security groups, which every account has and nobody can delete."""

from typing import Any

from moto.ec2.models import vpcs

DEFAULT = "default"
DEFAULT_PARAMETER_GROUP = "default.redshift-1.0"
DEFAULT_VPC = "vpc-0a1b2c3d4e5f60718"
"""The same in every account and Region, so that clusters can show it before anybody has asked EC2."""

_module: Any = vpcs
_create_vpc = vpcs.VPCBackend.create_vpc
_random_vpc_id = _module.random_vpc_id


def install_default_vpc() -> None:
    """Have EC2's default VPC be the one that clusters show."""

    def create_vpc(backend: Any, *arguments: Any, **given: Any) -> Any:
        _module.random_vpc_id = (lambda: DEFAULT_VPC) if given.get("is_default") else _random_vpc_id
        try:
            return _create_vpc(backend, *arguments, **given)
        finally:
            _module.random_vpc_id = _random_vpc_id

    _module.VPCBackend.create_vpc = create_vpc
