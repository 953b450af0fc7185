"""What moto does wrong or too slowly, one small file each; the test of each fails once moto mends it."""

from local.context import Context
from local.moto_patches import (
    attribute_trees,
    attribute_values,
    bucket_policies,
    managed_policies,
    method_names,
    source_identity,
    update_expressions,
    virtual_time,
    whole_items,
    whole_updates,
)


def install(context: Context) -> None:
    """Patch moto; but for its time, the patches are the same for every context."""
    virtual_time.install(context.clock)
    for patch in (
        attribute_trees,
        attribute_values,
        bucket_policies,
        managed_policies,
        method_names,
        source_identity,
        update_expressions,
        whole_items,
        whole_updates,
    ):
        patch.install()
