"""The calls that a run has made to change one cluster's roles, as its operation record keeps them.

A call is written down before it is made, without an answer; so a call whose answer is missing may or may not
have been applied, and only a look tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from steward.domain.call_outcome import CallOutcome
from steward.domain.moments import format_moment, parse_moment
from steward.domain.sync_roles.next_call import RoleCall


@dataclass(frozen=True)
class MadeCall:
    """One call; repeated with the same answer it is one with more ``attempts``.

    Attributes:
        first_at: When it was made first.
        at: When it was made last.
        answer: What Redshift said, empty while that is not known.
        text: Redshift's own words when it said no.
    """

    call: RoleCall
    why: str
    first_at: datetime
    at: datetime
    attempts: int = 1
    answer: str = ""
    text: str = ""

    @property
    def accepted(self) -> bool:
        return self.answer == CallOutcome.ACCEPTED

    @property
    def unanswered(self) -> bool:
        """Whether it is unknown if the call was applied."""
        return self.answer in {"", CallOutcome.LOST}

    def evidence(self) -> dict[str, Any]:
        default = {} if self.call.default is None else {"default": self.call.default}
        return {
            "add": list(self.call.add),
            "remove": list(self.call.remove),
            **default,
            "why": self.why,
            "first_at": format_moment(self.first_at),
            "at": format_moment(self.at),
            "attempts": self.attempts,
            "answer": self.answer,
            "text": self.text,
        }


Calls = tuple[MadeCall, ...]


def calls_of(evidence: Mapping[str, Any]) -> Calls:
    """The calls in an operation's evidence, in order."""
    return tuple(_call_from_document(document) for document in evidence.get("calls", ()))


def with_call(calls: Calls, call: RoleCall, why: str, now: datetime) -> Calls:
    """The calls with one more, not answered yet."""
    return (*calls, MadeCall(call, why, now, now))


def with_answer(calls: Calls, answer: CallOutcome, text: str) -> Calls:
    """The calls with what Redshift said to the last one; the same no to the same call is kept once."""
    last = replace(calls[-1], answer=answer.value, text=text)
    before = calls[-2] if len(calls) > 1 else None
    if before is None or last.accepted or (before.call, before.answer) != (last.call, last.answer):
        return (*calls[:-1], last)
    return (*calls[:-2], replace(last, first_at=before.first_at, attempts=before.attempts + 1))


def accepted_calls(calls: Sequence[MadeCall]) -> list[MadeCall]:
    """Those that Redshift took."""
    return [call for call in calls if call.accepted]


def may_have_changed(calls: Sequence[MadeCall]) -> bool:
    """Whether any call changed something, as far as is known."""
    return any(call.accepted or call.unanswered for call in calls)


def last_progress(calls: Calls, since: datetime) -> datetime:
    """Since when the cluster refuses: its last accepted call, else when the run came to it."""
    return max([since, *(call.at for call in accepted_calls(calls))])


def outage_since(calls: Calls) -> datetime:
    """Since when AWS throttles, or does not answer: the first of the last calls that were answered so."""
    began = calls[-1].first_at
    for call in reversed(calls):
        if not (call.unanswered or call.answer == CallOutcome.THROTTLED):
            break
        began = call.first_at
    return began


def _call_from_document(document: Mapping[str, Any]) -> MadeCall:
    return MadeCall(
        RoleCall(tuple(document["add"]), tuple(document["remove"]), document.get("default")),
        document["why"],
        parse_moment(document["first_at"]),
        parse_moment(document["at"]),
        document["attempts"],
        document["answer"],
        document["text"],
    )
