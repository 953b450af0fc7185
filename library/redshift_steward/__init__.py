"""Redshift Steward for CDK apps: a workflow in a few lines of your own stack.

    from redshift_steward import KeyRotation

    KeyRotation(stack, "KeyRotation", policy="fleet.yaml")

Each construct reads its section of the policy; those of one stack share the ledger, the runs bucket, the
notices topic and the functions Abandon and Report.
"""

from redshift_steward.constructs import Deprovisioning, KeyRotation, Observation, RoleSync, Steward
from redshift_steward.policy import Policy, PolicyError, load

__all__ = [
    "Deprovisioning",
    "KeyRotation",
    "Observation",
    "Policy",
    "PolicyError",
    "RoleSync",
    "Steward",
    "load",
]
