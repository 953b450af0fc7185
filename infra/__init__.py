"""The infrastructure: one CDK stack per environment of the policy."""

from infra.node import use_packaged_node

use_packaged_node()
