"""Lambda function of the step Ask of deprovision."""

from __future__ import annotations

from steward.handlers.factory import make_handler
from steward.steps.approvals.request_approval import Tools, ask

handler = make_handler(ask, Tools)
