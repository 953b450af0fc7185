"""Lambda function of the step Plan of deprovision."""

from steward.domain.workflows import DEPROVISION
from steward.handlers.factory import make_handler
from steward.steps.authorize import run_of
from steward.steps.deprovision.plan import Tools, plan

handler = make_handler(plan, Tools, run_of(DEPROVISION))
