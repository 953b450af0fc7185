"""A run requests approval, people respond through the API, and delivery brings the response to the run."""
