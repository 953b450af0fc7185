"""Lambda function of the step Advance of deprovision."""

from steward.handlers.factory import make_handler
from steward.steps.deprovision.advance import Tools, advance

handler = make_handler(advance, Tools)
