"""Lambda function of the step Start of rotate-keys."""

from steward.handlers.factory import make_handler
from steward.steps.rotate_keys.start import Tools, start

handler = make_handler(start, Tools)
