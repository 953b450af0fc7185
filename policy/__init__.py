"""The policy, `fleet.yaml`: read, checked as a whole, and refused with one sentence per mistake.

`load` gives a `Policy` or raises `PolicyError`. Nothing here knows CDK or AWS.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from policy.checks import cross_field_problems, size_problems
from policy.deprovision import Deprovision
from policy.document import Document, read_document
from policy.explain import explain
from policy.models import Policy, PolicyEnvironment, RotateKeys
from policy.problems import PolicyError, Problem
from policy.sync_roles import SyncRoles

__all__ = ["Deprovision", "Policy", "PolicyEnvironment", "PolicyError", "RotateKeys", "SyncRoles", "load"]


def load(path: str | Path) -> Policy:
    """Read and check the policy file at ``path``.

    Raises:
        PolicyError: With one line for each thing that is wrong: file, line, field, found, expected.
    """
    document = read_document(Path(path))
    problems = list(document.problems)
    try:
        policy = Policy.model_validate(document.values)
    except ValidationError as error:
        problems += explain(error, document)
    else:
        problems += size_problems(policy)
    problems += cross_field_problems(document)
    if problems:
        raise PolicyError(_sentences(document, problems))
    return policy


def _sentences(document: Document, problems: list[Problem]) -> list[str]:
    """The problems in the order of the file's lines; of two about one value the first."""
    first: dict[tuple[object, int], Problem] = {}
    for problem in problems:
        first.setdefault((problem.path, document.line(problem)), problem)
    ordered = sorted(first.values(), key=document.line)
    return [document.sentence(problem) for problem in ordered]
