"""Lambda function of the step Converge of sync-roles."""

from steward.domain.workflows import SYNC_ROLES
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.sync_roles.converge import Tools, converge

handler = make_handler(converge, Tools, child_of(SYNC_ROLES))
