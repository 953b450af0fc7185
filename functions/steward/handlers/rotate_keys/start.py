"""Lambda function of the step Start of rotate-keys."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.rotate_keys.start import Tools, start


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by the state machine."""
    logger.append_keys(run=event["run"]["name"], cluster=event["item"]["cluster"])
    return start(event, build_tools(Tools))
