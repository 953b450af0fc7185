"""What a run has seen so far: readings with the raw answers behind them, and why questions stayed open."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from cli.accept.calls import Answer
from cli.accept.facts import Fact, Value, Verdict, verdict

MOST_ANSWERS = 12
"""Raw answers kept for one question."""


@dataclass(frozen=True)
class Finding:
    """A question with what became of it."""

    fact: Fact
    values: tuple[Value, ...]
    answers: tuple[Answer, ...]
    reason: str

    @property
    def verdict(self) -> Verdict:
        return verdict(self.fact, self.values)

    @property
    def settings(self) -> tuple[Value, ...]:
        """The readings without repetition, in the order in which they were seen."""
        return tuple(dict.fromkeys(self.values))


@dataclass
class Findings:
    """Collects readings; a question may have several, such as the durations of several rotations."""

    _values: dict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    _answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _reasons: dict[str, str] = field(default_factory=dict)

    def add(self, fact: str, value: Value, *answers: Answer) -> None:
        self._values[fact].append(value)
        self._answers[fact].extend(answers)

    def leave_open(self, fact: str, reason: str, *answers: Answer) -> None:
        """Say why there is no reading; the first reason stands."""
        self._reasons.setdefault(fact, reason)
        self._answers[fact].extend(answers)

    def leave_subject_open(self, subject: str, reason: str, facts: Iterable[Fact]) -> None:
        """Say why a subject has no more readings than it has."""
        for fact in facts:
            if fact.subject == subject and not self._values[fact.id]:
                self.leave_open(fact.id, reason)

    def of(self, fact: Fact) -> Finding:
        values = tuple(self._values[fact.id])
        reason = "" if values else self._reasons.get(fact.id, "nothing that was seen settles it")
        return Finding(fact, values, tuple(self._answers[fact.id][:MOST_ANSWERS]), reason)
