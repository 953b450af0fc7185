"""What a cluster and its snapshots cost a month, by public list prices: for an order of magnitude only.

Source: aws.amazon.com/redshift/pricing, on demand, US East (N. Virginia), in US dollars. Reserved nodes,
other Regions and discounts differ, so every figure is shown with "about" and with `PRICES_OF`.
"""

PRICES_OF = "list prices of US East (N. Virginia), 2025"

HOURLY = {
    "dc2.large": 0.25,
    "dc2.8xlarge": 4.80,
    "ra3.large": 0.543,
    "ra3.xlplus": 1.086,
    "ra3.4xlarge": 3.26,
    "ra3.16xlarge": 13.04,
}
"""Dollars an hour for one node."""

GB_MONTH = 0.024
"""Dollars a month for one GB of snapshots."""

HOURS_A_MONTH = 730
MB_A_GB = 1024


def cost_of_keeping(node_type: str, nodes: int) -> str:
    """What the cluster's nodes cost while it runs, as text; says so when it is not known."""
    price = HOURLY.get(node_type.lower())
    if price is None or not nodes:
        return f"unknown for {nodes or 'an unknown number of'} {node_type or 'unknown'} nodes"
    return f"about ${price * nodes * HOURS_A_MONTH:,.0f} a month for its nodes while it runs ({PRICES_OF})"


def cost_of_snapshots(size_mb: float) -> str:
    """What one snapshot of this size costs, as text; says so when the size is not known."""
    if not size_mb:
        return "unknown: it has no complete snapshot yet"
    dollars = size_mb / MB_A_GB * GB_MONTH
    return f"about ${max(1, round(dollars)):,} a month for each, by the size of the latest one ({PRICES_OF})"
