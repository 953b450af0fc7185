"""Executions and what they consist of: history, progress, scopes, task tokens, Map Runs."""
