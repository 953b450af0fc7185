"""Lambda function of the step Advance of deprovision."""

from steward.domain.workflows import DEPROVISION
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.deprovision.advance import Tools, advance

handler = make_handler(advance, Tools, child_of(DEPROVISION))
