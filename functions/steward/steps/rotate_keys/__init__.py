"""rotate-keys: plan a run, start a cluster's rotation, finish it."""
