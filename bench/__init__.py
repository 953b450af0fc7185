"""What claims about speed rest on: scripts that measure whole things, and README.md with what they gave."""
