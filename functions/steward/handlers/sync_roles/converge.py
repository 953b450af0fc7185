"""Lambda function of the step Converge of sync-roles."""

from steward.handlers.factory import make_handler
from steward.steps.sync_roles.converge import Tools, converge

handler = make_handler(converge, Tools)
