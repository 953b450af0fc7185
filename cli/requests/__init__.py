"""`steward requests`, `request`, `approve`, `reject`, `cancel`: deletion requests."""
