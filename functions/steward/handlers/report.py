"""Lambda function of the step Report of every workflow."""

from steward.handlers.factory import make_handler
from steward.steps.authorize import run_of
from steward.steps.report import Tools, report

handler = make_handler(report, Tools, run_of())
