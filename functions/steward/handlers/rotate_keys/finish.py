"""Lambda function of the step Finish of rotate-keys."""

from steward.domain.workflows import ROTATE_KEYS
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.rotate_keys.finish import Tools, finish

handler = make_handler(finish, Tools, child_of(ROTATE_KEYS))
