"""Lambda function of the step Plan of sync-roles."""

from steward.domain.workflows import SYNC_ROLES
from steward.handlers.factory import make_handler
from steward.steps.authorize import run_of
from steward.steps.sync_roles.plan import Tools, plan

handler = make_handler(plan, Tools, run_of(SYNC_ROLES))
