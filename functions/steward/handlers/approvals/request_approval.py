"""Lambda function of the deprovision task that waits for an approval; its event holds the task's token."""

from __future__ import annotations

from steward.handlers.factory import make_handler
from steward.steps.approvals.request_approval import Tools, request_approval

handler = make_handler(request_approval, Tools)
