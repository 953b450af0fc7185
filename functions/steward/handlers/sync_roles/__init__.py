"""Sync roles."""
