"""sync-roles: plan a run, bring a cluster's roles to the declared state call by call."""
