"""Lambda function that looks, once an hour, at what only time brings about."""

from __future__ import annotations

from typing import Any

from steward.adapters.toolbox import build_tools
from steward.handlers.log import logger
from steward.steps.watch import Tools, watch


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object) -> dict[str, float]:
    """Called by EventBridge Scheduler."""
    return watch(event, build_tools(Tools))
