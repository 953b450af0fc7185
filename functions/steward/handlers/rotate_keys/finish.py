"""Lambda function of the step Finish of rotate-keys."""

from steward.handlers.factory import make_handler
from steward.steps.rotate_keys.finish import Tools, finish

handler = make_handler(finish, Tools)
