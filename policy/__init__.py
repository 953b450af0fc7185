"""The policy, `fleet.yaml`: read and checked as a whole, with one sentence for each mistake.

`load` returns a `Policy` or raises `PolicyError`. Nothing here imports CDK or an AWS SDK.
"""

from pathlib import Path

from pydantic import ValidationError

from policy.checks import cross_field_problems, retention_problems, size_problems
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
        PolicyError: One line for each problem: file, line, field, what was found, what is expected.
    """
    document = read_document(Path(path))
    problems = list(document.problems)
    try:
        policy = Policy.model_validate(document.values)
    except ValidationError as error:
        problems += explain(error, document)
    else:
        problems += [*size_problems(policy), *retention_problems(policy)]
    problems += cross_field_problems(document)
    if problems:
        raise PolicyError(_sentences(document, problems))
    return policy


def _sentences(document: Document, problems: list[Problem]) -> list[str]:
    """The problems in the order of their lines; only the first of several about one value."""
    first: dict[tuple[object, int], Problem] = {}
    for problem in problems:
        first.setdefault((problem.path, document.line(problem)), problem)
    ordered = sorted(first.values(), key=document.line)
    return [document.sentence(problem) for problem in ordered]
