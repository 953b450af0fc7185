"""Lambda function of the deprovision task that waits for an approval; its event holds the task's token."""

from steward.domain.workflows import DEPROVISION
from steward.handlers.factory import make_handler
from steward.steps.approvals.request_approval import Tools, request_approval
from steward.steps.authorize import child_of

handler = make_handler(request_approval, Tools, child_of(DEPROVISION))
