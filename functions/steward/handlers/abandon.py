"""Lambda function of the step Abandon of every workflow."""

from steward.handlers.factory import make_handler
from steward.steps.abandon import Tools, abandon
from steward.steps.authorize import child_of

handler = make_handler(abandon, Tools, child_of())
