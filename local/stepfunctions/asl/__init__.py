"""Amazon States Language: expressions, errors, retries, limits and timestamps, apart from any execution."""
