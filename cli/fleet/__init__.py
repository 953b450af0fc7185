"""`steward status` and `history`: the clusters' current state, and what was done to one of them."""
