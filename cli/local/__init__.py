"""`steward demo` and `local`: local AWS with the steward deployed on it."""
