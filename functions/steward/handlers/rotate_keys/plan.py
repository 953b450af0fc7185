"""Lambda function of the step Plan of rotate-keys."""

from steward.domain.workflows import ROTATE_KEYS
from steward.handlers.factory import make_handler
from steward.steps.authorize import run_of
from steward.steps.rotate_keys.plan import Tools, plan

handler = make_handler(plan, Tools, run_of(ROTATE_KEYS))
