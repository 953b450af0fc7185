"""The errors that the steward raises on purpose; their class names are the error names in the state machines.

StewardError
├── BadInput            the execution's input cannot be obeyed; nothing was done
├── BadSettings         an environment variable or a deployed policy value is missing or wrong
├── UnverifiedCall      Step Functions does not vouch for an event; nothing was done
│   ├── NotAuthorized       it is not from a run of this stack that is under way
│   └── ExecutionUnknown    it is not shown to be, or not yet; the step is retried
├── StaleEvent          an event is too old to act on; the state machine comes again with a new one
├── AwsUnavailable      an AWS API is out of order or overloaded; the state machine tries again later
├── UnexpectedAnswer    an AWS API answered without a field that its model promises
├── FleetUnreadable     what every plan rests on could not be read; the state machine retries Plan
├── ReportIncomplete    a way to tell of the run's end failed; the state machine retries Report
├── ClusterBusy         Redshift refuses a change for now; the state machine retries the step
├── CallRefused         IAM or AWS refuses a call for a reason that holds for other clusters, too
├── ClusterStayedBusy   it refused for longer than the retry budget
├── Superseded          another invocation of the same step has opened the record since; nothing was done
├── CallUnanswered      an invocation that may be at work still has written down a call; nothing was done
├── RunEnded            the run is no longer RUNNING, so nothing new is begun
└── DeadlineExceeded    what was begun is not over by the policy's deadline
"""


class StewardError(Exception):
    """Base of every error raised on purpose; its text is one sentence for a person."""


class BadInput(StewardError):
    """The execution's input cannot be obeyed: names the field, what was found and what is allowed."""


class BadSettings(StewardError):
    """The deployment is incomplete: names the setting."""


class UnverifiedCall(StewardError):
    """A function was called, and Step Functions does not vouch for it; nothing was done.

    ``explained`` is True when a run that has just ended or an outage accounts for it. Any other call may come
    from somebody who invokes the function directly, and is counted.
    """

    def __init__(self, sentence: str, *, explained: bool = False) -> None:
        super().__init__(sentence)
        self.explained = explained


class NotAuthorized(UnverifiedCall):
    """An event is not from a run of this stack that is under way: says what Step Functions knows of it."""


class ExecutionUnknown(UnverifiedCall):
    """Step Functions does not show the call: it is throttled, its history is late, or the event is forged."""


class StaleEvent(StewardError):
    """The state machine entered the step too long ago: says when, and how old an event may be."""


class AwsUnavailable(StewardError):
    """An AWS API throttles, fails or gives no answer, also after the SDK's retries: quotes it."""


class UnexpectedAnswer(StewardError):
    """An AWS API left out a field that the steward cannot do without: names call and field."""


class FleetUnreadable(StewardError):
    """The list of clusters, or the ledger, could not be read: quotes AWS."""


class ReportIncomplete(StewardError):
    """The report of a run, its page, notice or event failed: names each with its error."""


class ClusterBusy(StewardError):
    """Redshift answered InvalidClusterState to a step that may simply be tried again."""


class CallRefused(StewardError):
    """AWS refused a call for a reason that holds for other clusters as well: quotes it."""


class ClusterStayedBusy(StewardError):
    """Redshift answered InvalidClusterState, or its like, for longer than `retry_budget.RETRY_BUDGET`."""


class DeadlineExceeded(StewardError):
    """A step noticed that the policy's deadline has come, as a wait loop does (`failure.DEADLINE`)."""


class Superseded(StewardError):
    """The record has a newer version than the one that was read: another invocation works on the cluster."""


class CallUnanswered(Superseded):
    """Another invocation has written down a call and not its answer: it may make it at any moment."""


class RunEnded(StewardError):
    """The run was stopped, failed or timed out while the function was at work."""
