"""`steward policy check`: validates a policy and applies its selectors to the live clusters."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.aws import open_account
from cli.errors import to_cli_error
from cli.exit_codes import ExitCode
from cli.options import Target
from cli.output import cell, console, print_json, print_line, print_note
from cli.policy.rules import Selection, rules_of, select
from policy import Policy, PolicyError, load
from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster


def check_policy(target: Target, file: Path, *, offline: bool, as_json: bool) -> ExitCode:
    """Validate the file and print what each rule selects.

    Raises:
        PolicyError: The file is invalid; one sentence per mistake.
    """
    try:
        policy = load(file)
    except PolicyError as error:
        if not as_json:
            raise
        print_json({"file": str(file), "valid": False, "problems": list(error.sentences)})
        return ExitCode.USAGE
    clusters, not_read = ([], "--offline") if offline else _read_clusters(target)
    selections = [select(rule, clusters) for rule in rules_of(policy)]
    if as_json:
        print_json(_document(file, policy, selections, clusters, not_read))
        return ExitCode.OK
    _print_selections(console(), file, policy, selections, clusters)
    if not_read and not offline:
        print_note(f"Live clusters not shown: {not_read}")
    elif not offline and (region := open_account(target).region) not in {
        e.region for e in policy.environments
    }:
        print_note(f"These are the clusters of {region}, which is not an environment of the file")
    return ExitCode.OK


def _read_clusters(target: Target) -> tuple[list[Cluster], str]:
    """The live clusters by name, or why they cannot be read, which does not make the policy invalid."""
    try:
        clusters = Clusters(open_account(target).client("redshift")).all()
    except Exception as error:
        cli_error = to_cli_error(error)
        if cli_error is None:
            raise
        return [], str(cli_error)
    return sorted(clusters, key=lambda each: each.identifier), ""


def _print_selections(
    out: Console, file: Path, policy: Policy, selections: list[Selection], clusters: list[Cluster]
) -> None:
    environments = ", ".join(f"{e.name} ({e.account}, {e.region})" for e in policy.environments)
    print_line(out, f"{file} is valid; environments: {environments}", "green")
    for selection in selections if clusters else ():
        rule, selected = selection.rule, selection.selected
        out.print()
        summary = cell(f" {rule.description} {len(selected)} of {len(clusters)} clusters")
        out.print(cell(rule.field, "bold") + summary, soft_wrap=True)
        for reason, group in _by_reason((each, rule.protection(each)) for each in selected):
            out.print(cell("  + ", "green") + _names_with_reason(reason, group), soft_wrap=True)
        for reason, group in [] if rule.protects else _by_reason(selection.not_selected):
            out.print(cell("  - ", "yellow") + _names_with_reason(reason, group), soft_wrap=True)


def _by_reason(clusters: Iterable[tuple[Cluster, str]]) -> list[tuple[str, list[Cluster]]]:
    """Clusters grouped by reason, the most frequent reason last."""
    found: dict[str, list[Cluster]] = {}
    for cluster, reason in clusters:
        found.setdefault(reason, []).append(cluster)
    return sorted(found.items(), key=lambda item: len(item[1]))


def _names_with_reason(reason: str, clusters: list[Cluster]) -> Text:
    names = ", ".join(each.identifier for each in clusters)
    return cell(f"{reason}: ", "bright_black") + cell(names) if reason else cell(names)


def _document(
    file: Path, policy: Policy, selections: list[Selection], clusters: list[Cluster], not_read: str
) -> dict[str, Any]:
    return {
        "file": str(file),
        "valid": True,
        "problems": [],
        "environments": [each.model_dump(mode="json") for each in policy.environments],
        "clusters": [each.identifier for each in clusters],
        "clusters_not_shown": not_read or None,
        "rules": [
            {
                "rule": selection.rule.field,
                "description": selection.rule.description,
                "selected": [each.identifier for each in selection.selected],
                "not_selected": [
                    {"cluster": each.identifier, "reason": reason} for each, reason in selection.not_selected
                ],
            }
            for selection in selections
        ],
    }
