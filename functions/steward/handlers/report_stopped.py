"""Lambda function that reports the runs of every workflow that were stopped, or ran out of time."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.report import Tools
from steward.steps.report_stopped import report_stopped


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by EventBridge."""
    logger.append_keys(run=event["detail"]["name"])
    return report_stopped(event, build_tools(Tools))
