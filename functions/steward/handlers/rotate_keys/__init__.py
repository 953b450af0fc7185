"""Rotate keys."""
