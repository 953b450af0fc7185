"""Lambda function that does hourly for ended runs what the event on their end did not get done."""

from steward.handlers.factory import make_handler
from steward.steps.sweep import Tools, sweep

handler = make_handler(sweep, Tools, None)
"""No run has to vouch for its event: of runs it believes only what Step Functions lists."""
