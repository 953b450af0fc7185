"""Lambda function of the step Plan of deprovision."""

from steward.handlers.factory import make_handler
from steward.steps.deprovision.plan import Tools, plan

handler = make_handler(plan, Tools)
