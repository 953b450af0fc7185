"""`steward policy check`: whether a policy is valid, and what its rules mean for the clusters there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.aws import account
from cli.errors import translated
from cli.exit_codes import Exit
from cli.output import cell, console, emit, note, say
from cli.policy.rules import rules_of, select
from policy import PolicyError, load
from steward.adapters.clusters import Clusters

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

    from cli.options import Target
    from cli.policy.rules import Selection
    from policy import Policy
    from steward.domain.cluster import Cluster


def check(target: Target, file: Path, *, offline: bool, as_json: bool) -> Exit:
    """Check the file, and show what it selects.

    Raises:
        PolicyError: The file is broken; one sentence a mistake.
    """
    try:
        policy = load(file)
    except PolicyError as error:
        if not as_json:
            raise
        emit({"file": str(file), "valid": False, "problems": list(error.sentences)})
        return Exit.USAGE
    live, unseen = ([], "--offline") if offline else _live(target)
    selections = [select(rule, live) for rule in rules_of(policy)]
    if as_json:
        emit(_document(file, policy, selections, live, unseen))
        return Exit.OK
    _tell(console(), file, policy, selections, live)
    if unseen and not offline:
        note(f"the live clusters are not shown: {unseen}")
    elif not offline and (region := account(target).region) not in {e.region for e in policy.environments}:
        note(f"these are the clusters of {region}, which is no environment of the file")
    return Exit.OK


def _live(target: Target) -> tuple[list[Cluster], str]:
    """The clusters there are, or why nobody can tell: that makes no policy invalid."""
    try:
        clusters = Clusters(account(target).client("redshift")).all()
    except Exception as error:
        trouble = translated(error)
        if trouble is None:
            raise
        return [], str(trouble)
    return sorted(clusters, key=lambda each: each.identifier), ""


def _tell(out: Console, file: Path, policy: Policy, selections: list[Selection], live: list[Cluster]) -> None:
    environments = ", ".join(f"{e.name} ({e.account}, {e.region})" for e in policy.environments)
    say(out, f"{file} is valid; environments: {environments}", "green")
    for selection in selections if live else ():
        rule, taken = selection.rule, selection.taken
        out.print()
        said = cell(f" {rule.says} {len(taken)} of {len(live)} clusters")
        out.print(cell(rule.field, "bold") + said, soft_wrap=True)
        for why, clusters in _by_reason((each, rule.taken(each)) for each in taken):
            out.print(cell("  + ", "green") + _named(why, clusters), soft_wrap=True)
        for why, clusters in [] if rule.protects else _by_reason(selection.left_out):
            out.print(cell("  - ", "yellow") + _named(why, clusters), soft_wrap=True)


def _by_reason(clusters: Iterable[tuple[Cluster, str]]) -> list[tuple[str, list[Cluster]]]:
    """Clusters that share a reason, together; the reason of most of them last."""
    found: dict[str, list[Cluster]] = {}
    for cluster, why in clusters:
        found.setdefault(why, []).append(cluster)
    return sorted(found.items(), key=lambda item: len(item[1]))


def _named(why: str, clusters: list[Cluster]) -> Text:
    names = ", ".join(each.identifier for each in clusters)
    return cell(f"{why}: ", "bright_black") + cell(names) if why else cell(names)


def _document(
    file: Path, policy: Policy, selections: list[Selection], live: list[Cluster], unseen: str
) -> dict[str, Any]:
    """The check as ``--json`` has it."""
    return {
        "file": str(file),
        "valid": True,
        "problems": [],
        "environments": [each.model_dump(mode="json") for each in policy.environments],
        "clusters": [each.identifier for each in live],
        "clusters_not_shown": unseen or None,
        "rules": [
            {
                "rule": selection.rule.field,
                "says": selection.rule.says,
                "takes": [each.identifier for each in selection.taken],
                "leaves_out": [{"cluster": each.identifier, "why": why} for each, why in selection.left_out],
            }
            for selection in selections
        ],
    }
