"""The copy of a cluster that a restore test makes: its name fences it off from every cluster of the fleet."""

import hashlib

PREFIX = "steward-restore-"
"""No other cluster is called so: IAM lets the copies' function delete clusters of this name only."""


COPY_TAG = "steward:restore-test"
"""Cluster tag of a copy; its value is the run's name."""


def copy_name(cluster: str, run_arn: str) -> str:
    """The name of the copy that a run makes of a cluster: at most 63 characters, as clusters' names are."""
    return PREFIX + hashlib.sha256(f"{run_arn}/{cluster}".encode()).hexdigest()[:16]


def is_copy_name(name: str) -> bool:
    """Whether a cluster of this name is a restore test's copy."""
    return name.startswith(PREFIX)
