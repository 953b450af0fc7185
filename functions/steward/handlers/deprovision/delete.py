"""Lambda function of the step Delete of deprovision."""

from steward.domain.workflows import DEPROVISION
from steward.handlers.factory import make_handler
from steward.steps.authorize import child_of
from steward.steps.deprovision.delete import Tools, delete

handler = make_handler(delete, Tools, child_of(DEPROVISION))
