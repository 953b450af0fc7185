"""CloudFormation: stacks of moto, deployed by an engine that orders, updates, rolls back and fails loudly.

`stacks` and `change_sets` are the API, `deployment` brings one stack to its template, `template` orders and
resolves it, `resource` and `types` are what it is deployed with.
"""

from local.cloudformation import change_sets, stacks
from local.cloudformation.types import HANDLERS
from local.context import Context


def install(context: Context) -> None:
    """Have moto's CloudFormation deploy for real."""
    stacks.install(context, [*HANDLERS])
    change_sets.install()
