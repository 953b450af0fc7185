"""Redshift Steward's Lambda code: decides purely (domain), acts through adapters, step by step (steps)."""
