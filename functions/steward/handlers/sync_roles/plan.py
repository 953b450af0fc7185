"""Lambda function of the step Plan of sync-roles."""

from steward.handlers.factory import make_handler
from steward.steps.sync_roles.plan import Tools, plan

handler = make_handler(plan, Tools)
