"""Fleet files: which clusters local AWS has, how each behaves, and what happens to it."""

from local.fleet.reading import FLEETS, Fleet, FleetError, parse_fleet, read_fleet
from local.fleet.schema import ClusterEntry, Expect, FleetFile
from local.fleet.seeding import seed_fleet

__all__ = [
    "FLEETS",
    "ClusterEntry",
    "Expect",
    "Fleet",
    "FleetError",
    "FleetFile",
    "parse_fleet",
    "read_fleet",
    "seed_fleet",
]
