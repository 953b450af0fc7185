"""Lambda function of the step Plan of rotate-keys."""

from steward.handlers.factory import make_handler
from steward.steps.rotate_keys.plan import Tools, plan

handler = make_handler(plan, Tools)
