"""Makes a Lambda handler of a step: builds the step's tools and names run and cluster in the log.

The tools are a dataclass whose fields are adapters; the function's role gets the actions that they declare.
The event is never logged, whatever the environment says, because it can hold a task token.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from steward.adapters.outages import name_outages
from steward.adapters.toolbox import build_tools
from steward.domain.authority import claim
from steward.domain.one_line import one_line
from steward.handlers.log import logger
from steward.handlers.refusals import FunctionContext, count_refusals
from steward.settings import settings
from steward.steps.authorize import Authorize, Invocation

EventT = TypeVar("EventT", bound="Mapping[str, Any]")
ToolsT = TypeVar("ToolsT")
AnswerT = TypeVar("AnswerT")


LONGEST_NAME = 80
"""Characters of a name in the log: before its event is verified, whoever may invoke a function chooses it."""


def make_handler(
    step: Callable[[EventT, ToolsT], AnswerT], tools: type[ToolsT], authorize: Authorize | None
) -> Callable[[EventT, FunctionContext], AnswerT]:
    """Lambda's handler: ``authorize`` has Step Functions vouch for run, item and input before the step.

    Only a step that changes nothing, or believes nothing that its event says of a run, does without.
    """

    @logger.inject_lambda_context(clear_state=True, log_event=False)
    def handler(event: EventT, context: FunctionContext) -> AnswerT:
        logger.append_keys(**_subject(event))
        built: Any = build_tools(tools)  # type: ignore[arg-type]  # a class is hashable
        with name_outages():
            with count_refusals(context):
                invocation = Invocation(settings().stack, context.invoked_function_arn)
                verified: Any = authorize(event, built, invocation) if authorize else event
            return step(verified, built)

    return handler


def _subject(event: Any) -> dict[str, str]:
    """The run and the cluster that an event names, if it does; EventBridge's have the run in ``detail``."""
    run = claim(event, "run", "name") or claim(event, "detail", "name")
    names = {"run": run, "cluster": claim(event, "item", "cluster")}
    return {key: one_line(name, LONGEST_NAME) for key, name in names.items() if name}
