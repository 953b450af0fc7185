"""Requests held against the models of the APIs, before any service sees them.

- `reading`: which operation a request calls, and with which parameters
- `constraints`: what the model says about the parameters, and where they break it
- `gate`: the refusal, in the service's own protocol and wording

Redshift answers through a dispatch of its own, which needs the parameters typed: it uses `constraints` alone.
"""
