"""What moto lacks or does wrong, one small file each; a test of each fails when moto closes the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cloudformation import change_sets, stacks
from local.cloudformation.types import HANDLERS
from local.moto_patches import attribute_values, bucket_policies, managed_policies, whole_items

if TYPE_CHECKING:
    from local.context import Context


def install(context: Context) -> None:
    """Close every gap for this local AWS."""
    bucket_policies.install()
    stacks.install(context, [*HANDLERS])
    change_sets.install()
    managed_policies.install()
    whole_items.install()
    attribute_values.install()
