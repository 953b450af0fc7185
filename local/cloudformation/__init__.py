"""Cloudformation."""
