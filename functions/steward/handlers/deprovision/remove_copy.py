"""Lambda function of the step Remove the copy of deprovision."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.deprovision.remove_copy import Tools, remove_copy


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by the state machine."""
    logger.append_keys(run=event["run"]["name"], cluster=event["item"]["cluster"])
    return remove_copy(event, build_tools(Tools))
