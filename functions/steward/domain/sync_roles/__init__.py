"""sync-roles: what the rules want of a cluster, what differs, and the next call."""
