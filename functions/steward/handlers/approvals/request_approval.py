"""Lambda function of the step Ask of deprovision."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.approvals.request_approval import Tools, ask


@logger.inject_lambda_context(clear_state=True, log_event=False)  # the event holds a task token
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by the state machine."""
    logger.append_keys(run=event["run"]["name"], cluster=event["item"]["cluster"])
    return ask(event, build_tools(Tools))
