"""Lambda function that reports the runs of every workflow that were stopped, or ran out of time."""

from steward.handlers.factory import make_handler
from steward.steps.authorize import ended_run
from steward.steps.report import Tools
from steward.steps.report_stopped import report_stopped

handler = make_handler(report_stopped, Tools, ended_run)
