"""Lambda function of the step Start of rotate-keys."""

from steward.domain.workflows import ROTATE_KEYS
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.rotate_keys.start import Tools, start

handler = make_handler(start, Tools, child_of(ROTATE_KEYS))
