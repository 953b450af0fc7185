"""Lambda function of the step Remove the copy of deprovision."""

from steward.domain.workflows import DEPROVISION
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.deprovision.remove_copy import Tools, remove_copy

handler = make_handler(remove_copy, Tools, child_of(DEPROVISION))
