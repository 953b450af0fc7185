"""Lambda function that looks, once an hour, at what only time brings about."""

from steward.handlers.factory import make_handler
from steward.steps.watch import Tools, watch

handler = make_handler(watch, Tools, None)
