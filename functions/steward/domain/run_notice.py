"""The notice at the end of a run: its outcome, what needs attention, and what to do next."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from steward.domain.operation import NEEDS_ATTENTION, Outcome
from steward.domain.report import REFUSED

LISTED = 50
"""Clusters of a kind that a notice lists: a person reads no more, and SNS takes no more than 256 KiB."""

DOUBTFUL = frozenset({Outcome.REFUSED, Outcome.DRIFTED, Outcome.STILL_WANTED})
"""Outcomes of clusters that were left alone for a reason that somebody should know."""

CORRECT = "Nothing was touched. Correct the input and start the run again."
NEXT = "The next run continues where this one stopped; the runbook says what each error means and what to do."


def subject(document: Mapping[str, Any]) -> str:
    troubled, lines = len(_of(NEEDS_ATTENTION, document)), document["clusters"]
    needs = f", {troubled} of {len(lines)} need attention" if troubled else ""
    return f"{document['workflow']} {document['status']}{needs}: {document['headline']}"


def text(document: Mapping[str, Any], address: str) -> str:
    return "\n".join(
        [document["headline"], "", *_sections(document), *_advice(document), *_where(document, address)]
    )


def _sections(document: Mapping[str, Any]) -> Iterator[str]:
    for title, outcomes in (("Needs attention:", NEEDS_ATTENTION), ("Left alone, see why:", DOUBTFUL)):
        lines = _of(outcomes, document)
        if lines:
            yield from (title, *_cluster_lines(lines), "")


def _cluster_lines(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for line in lines[:LISTED]:
        yield f"- {line['cluster']}: {line['outcome'].replace('_', ' ')}, {line['reason']}"
    if len(lines) > LISTED:
        yield f"- and {len(lines) - LISTED} more, all of them in the report"


def _advice(document: Mapping[str, Any]) -> Iterator[str]:
    if document["status"] == REFUSED:
        yield from (CORRECT, "")
    elif _of(NEEDS_ATTENTION, document):
        yield from (NEXT, "")
    if document.get("retry"):
        yield from (f"To retry them: {document['retry']}", "")


def _where(document: Mapping[str, Any], address: str) -> Iterator[str]:
    arn = document["execution"].split(":")
    yield f"Every cluster and why: steward report {document['run']} --open"
    yield f"Report: {address}"
    yield f"Execution: {document['execution']}"
    yield f"Account {arn[4]}, Region {arn[3]}"


def _of(outcomes: Collection[Outcome], document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [line for line in document["clusters"] if line["outcome"] in outcomes]
