"""Lambda function of the step Finish of rotate-keys."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.rotate_keys.finish import Tools, finish


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by the state machine."""
    logger.append_keys(run=event["run"]["name"], cluster=event["item"]["cluster"])
    return finish(event, build_tools(Tools))
