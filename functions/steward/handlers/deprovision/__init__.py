"""Deprovision."""
