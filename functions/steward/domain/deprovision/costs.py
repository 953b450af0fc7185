"""What a cluster and its snapshots cost a month, by public list prices: for an order of magnitude only.

Reserved nodes and discounts differ, so every figure is shown with "about", with the Region and with the date
of its price. A node type or a Region without a price here gets no figure: none is better than a wrong one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOURS_A_MONTH = 730
MB_A_GB = 1024


@dataclass(frozen=True)
class ListPrices:
    """What AWS asks for in one Region, on demand, in US dollars without tax.

    Attributes:
        place: The Region as the price list names it, and when it was read.
        node_hours: Dollars an hour for one node, by type.
        gb_month: Dollars a month for one GB of snapshots.
    """

    place: str
    node_hours: Mapping[str, float]
    gb_month: float


PRICES: Mapping[str, ListPrices] = {
    # https://aws.amazon.com/redshift/pricing, "On-Demand pricing" and "Backup storage"; first read in 2025,
    # unchanged in copies of March 2026
    "us-east-1": ListPrices(
        place="US East (N. Virginia), March 2026",
        node_hours={
            "dc2.large": 0.25,
            "dc2.8xlarge": 4.80,
            "ra3.large": 0.543,
            "ra3.xlplus": 1.086,
            "ra3.4xlarge": 3.26,
            "ra3.16xlarge": 13.04,
        },
        gb_month=0.024,
    ),
}
"""By Region. To add one, copy its prices from AWS's page with the date on which they were read."""


def cost_of_keeping(node_type: str, nodes: int, region: str) -> str:
    """What the cluster's nodes cost while it runs, as text; says so when it is not known."""
    prices = PRICES.get(region)
    if prices is None:
        return _unknown_region(region)
    price = prices.node_hours.get(node_type.lower())
    if price is None or not nodes:
        return f"unknown for {nodes or 'an unknown number of'} {node_type or 'unknown'} nodes"
    return f"about ${price * nodes * HOURS_A_MONTH:,.0f} a month for its nodes while it runs{_by(prices)}"


def cost_of_snapshots(size_mb: float, region: str) -> str:
    """What one snapshot of this size costs, as text; says so when the size is not known."""
    prices = PRICES.get(region)
    if prices is None:
        return _unknown_region(region)
    if not size_mb:
        return "unknown: it has no complete snapshot yet"
    dollars = max(1, round(size_mb / MB_A_GB * prices.gb_month))
    return f"about ${dollars:,} a month for each, by the size of the latest one{_by(prices)}"


def _by(prices: ListPrices) -> str:
    return f" (list prices of {prices.place}; yours may differ)"


def _unknown_region(region: str) -> str:
    return f"unknown: the steward has no list prices of {region or 'this Region'}"
