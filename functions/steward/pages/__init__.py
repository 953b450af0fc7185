"""The run's page and the fleet's page: single HTML files, rendered from JSON documents.

Pure like the domain: no AWS, no clock, no network; only the templates are read. Nothing is imported here, so
that only a function that renders a page loads the template engine.
"""
