"""Benchmarks behind the claims about speed; README.md has their results."""
