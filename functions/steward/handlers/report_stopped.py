"""Lambda function that reports runs that ended without their own report, and starts their recovery."""

from steward.handlers.factory import make_handler
from steward.steps.authorize import ended_run
from steward.steps.report_stopped import Tools, report_stopped

handler = make_handler(report_stopped, Tools, ended_run)
