"""The subjects of a run: what each needs, and the calls that settle it."""
