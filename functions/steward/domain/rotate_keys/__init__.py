"""rotate-keys: which keys are due, who goes first, and the next step with one cluster."""
