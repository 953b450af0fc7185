"""A fleet file is read with its defaults, and what is wrong with one is said in a sentence with its line."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.fleet import FLEETS, FleetError, parse_fleet, read_fleet
from local.fleet.handbook import HANDBOOK, handbook_text
from local.fleet.json_schema import SCHEMA_FILE, schema_text
from local.redshift.behavior.knobs import KNOB_NAMES

if TYPE_CHECKING:
    from pathlib import Path


def refusal(text: str) -> str:
    with pytest.raises(FleetError) as caught:
        parse_fleet(text, "demo.yaml")
    return str(caught.value)


def test_what_a_cluster_does_not_say_the_defaults_say() -> None:
    fleet = parse_fleet(
        "defaults: {nodes: 4, node_type: ra3.large}\nclusters: [{identifier: a}, {identifier: b, nodes: 2}]"
    )

    assert [(cluster.nodes, cluster.node_type) for cluster in fleet.clusters] == [
        (4, "ra3.large"),
        (2, "ra3.large"),
    ]


def test_tags_and_knobs_are_merged_with_the_defaults_key_by_key() -> None:
    fleet = parse_fleet(
        """
        defaults:
          tags: {team: data, environment: prod}
          knobs: {rotate_duration: 5 minutes, paused_delete: allow}
        clusters:
          - identifier: a
            tags: {team: finance}
            knobs: {rotate_duration: 3 hours}
        """
    )

    cluster = fleet.clusters[0]
    assert cluster.tags == {"team": "finance", "environment": "prod"}
    assert cluster.knobs.rotate_duration.longest == timedelta(hours=3)
    assert cluster.knobs.paused_delete == "allow"


def test_a_count_writes_out_the_pattern_of_the_identifier() -> None:
    fleet = parse_fleet("clusters:\n  - {identifier: 'bench-{number:04d}', count: 1000}\n")

    assert len(fleet.clusters) == 1000
    assert [fleet.clusters[0].identifier, fleet.clusters[-1].identifier] == ["bench-0001", "bench-1000"]


def test_an_unknown_knob_is_refused_with_file_line_path_and_the_knobs_that_exist() -> None:
    text = "clusters:\n  - identifier: a\n    knobs:\n      rotate_durration: 3 hours\n"

    assert refusal(text) == (
        f"demo.yaml:4: clusters.0.knobs.rotate_durration: unknown knob; known knobs: {', '.join(KNOB_NAMES)}"
    )


FAULTS = {
    "{identifier: a, connections: idle}": "2: clusters.0.connections: 'idle' is no use of a cluster; "
    "write 'busy', 'none', 'missing' or {last: 10 days}",
    "{identifier: a, connections: {last: soon}}": "2: clusters.0.connections: 'soon' is not a duration",
    "identifier: a\n  - identifier: a": (
        "3: clusters.1.identifier: 'a' is taken by clusters.0; identifiers must differ"
    ),
    "identifier: a\n    nodes: many": (
        "3: clusters.0.nodes: input should be a valid integer, unable to parse string as an integer, "
        "found 'many'"
    ),
    "identifier: a\n    knobs: {rotate_duration: 10 minuts}": (
        "3: clusters.0.knobs.rotate_duration: '10 minuts' is not a duration; write a duration such as "
        "'10 minutes', '1 hour 30 minutes', '30 to 120 seconds', 'usually 10 minutes, at most 4 hours' "
        "or 'forever'"
    ),
    "identifier: a\n    kms_key: alias/mine": (
        "3: clusters.0.kms_key: 'alias/mine' is not declared; add it to kms_keys"
    ),
    "identifier: a\n    created: soon": (
        "3: clusters.0.created: 'soon' is no moment of creation; "
        "write an age such as '200 days' or a date such as '2025-06-01'"
    ),
    "identifier: a\n    until: 22:30": (
        "3: clusters.0.until: 1350 is no time; write it in quotes, '22:05' or '2026-03-07T22:05:00+01:00'"
    ),
    "identifier: a\n    timeline:\n      - action: delete": (
        "4: clusters.0.timeline.0: give either 'after' or 'at'"
    ),
    "identifier: a\n    count: 2": (
        "2: clusters.0: with 'count', identifier must contain '{number}', as in 'bench-{number:04d}'"
    ),
    "identifier: a\n    identifier: b": (
        "3: clusters.0.identifier: this field is there twice; keep one of them"
    ),
    "identifier: a\n    members: {MultiAz: Enabled}": (
        "3: clusters.0.members: these do not fit the API: Unknown parameter in input: "
    ),
    "a": "2: clusters.0: a mapping of fields is wanted here, 'name: value' on lines of their own",
    "identifier: a\n    default_role: r": "2: clusters.0: default_role 'r' is not one of its roles",
}
"""What the first cluster of a file says wrongly → line and complaint."""


@pytest.mark.parametrize(("entry", "complaint"), FAULTS.items())
def test_each_fault_of_a_cluster_is_one_sentence(entry: str, complaint: str) -> None:
    sentence = refusal(f"clusters:\n  - {entry}\n")

    assert "\n" not in sentence
    assert sentence.startswith(f"demo.yaml:{complaint}")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("defaults: {}\n", "clusters: this field is missing"),
        ("- a\n", "a fleet file is a mapping with the field 'clusters'"),
        (
            "timezone: Mars\nclusters: []\n",
            "timezone: 'Mars' is not an IANA timezone; write for example 'Europe/Berlin'",
        ),
    ],
)
def test_each_fault_of_a_file_is_one_sentence(text: str, complaint: str) -> None:
    assert refusal(text) == f"demo.yaml:1: {complaint}"


@pytest.mark.parametrize("identifier", ["Prod", "a_b", "a--b", "a-", "1a", "a" * 64])
def test_an_identifier_that_redshift_would_refuse_is_refused(identifier: str) -> None:
    sentence = refusal(f"clusters:\n  - identifier: {identifier}\n")

    assert sentence.startswith(
        "demo.yaml:2: clusters.0: the parameter ClusterIdentifier is not a valid identifier."
    )


def test_several_faults_are_said_all_at_once() -> None:
    sentences = refusal("clusters:\n  - identifier: a\n    nodes: 0\n    foo: 1\n").splitlines()

    assert [sentence.partition(": ")[0] for sentence in sentences] == ["demo.yaml:3", "demo.yaml:4"]


def test_text_that_is_no_yaml_is_refused_with_its_line() -> None:
    assert refusal("clusters:\n  - {identifier: a\n").startswith("demo.yaml:3: this is not valid here: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("clusters:\n  - " + "[" * 20_000, 2),
        ("clusters:\n  - " + "{a: " * 20_000, 2),
        ("".join(" " * depth + "a:\n" for depth in range(2_000)), 21),
        ("- " * 20_000, 1),
    ],
)
def test_collections_nested_too_deeply_are_refused_at_once_with_their_line(text: str, line: int) -> None:
    began = time.monotonic()

    assert refusal(text) == f"demo.yaml:{line}: this is not valid here: nested too deeply"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("clusters: &a\n  - *a\n", "demo.yaml:2: this is not valid here: aliases are not supported"),
        (
            "clusters:\n  - ? [a]\n    : 1\n",
            "demo.yaml:2: this is not valid here: a field's name is a single",
        ),
        ("clusters:\n  - \0\n", "demo.yaml:2: this is not valid here: special characters are not allowed"),
        ("start: 2026-13-45\nclusters: []\n", "demo.yaml: a value cannot be read: month must be in 1..12"),
    ],
)
def test_what_yaml_has_beyond_a_fleets_values_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    assert refusal(text).startswith(sentence)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_bytes(b"clusters: \xff")

    with pytest.raises(FleetError, match=r"fleet\.yaml: the fleet file is not text in UTF-8"):
        read_fleet(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match=r"nowhere\.yaml: the fleet file cannot be read: No such file"):
        read_fleet(tmp_path / "nowhere.yaml")


def test_the_demo_fleet_is_valid_and_has_a_situation_and_an_expectation_for_each_cluster() -> None:
    clusters = read_fleet("demo").clusters

    assert len(clusters) >= 26
    assert all(cluster.situation and cluster.expect for cluster in clusters)
    rotations = {
        cluster.expect["rotate-keys"].outcome for cluster in clusters if "rotate-keys" in cluster.expect
    }
    assert rotations >= {"rotated", "skipped", "timed_out"}


def test_the_json_schema_in_the_repository_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: .venv/bin/python -m local.fleet"
    )


def test_every_fleet_of_the_project_is_valid() -> None:
    for path in FLEETS.glob("*.yaml"):
        assert read_fleet(path).clusters


def test_the_handbooks_tables_are_current() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")

    assert handbook_text(text) == text, "write it anew: .venv/bin/python -m local.fleet"


def test_the_handbooks_scenario_is_valid() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    scenario = text.partition("```yaml\n")[2].partition("```")[0]

    assert len(parse_fleet(scenario).clusters) == 202
