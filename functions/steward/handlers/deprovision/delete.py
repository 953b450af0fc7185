"""Lambda function of the step Delete of deprovision."""

from steward.handlers.factory import make_handler
from steward.steps.deprovision.delete import Tools, delete

handler = make_handler(delete, Tools)
