"""Behavior."""
