"""A wrong policy is refused with one sentence per mistake: file, line, field, found, expected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Policy, PolicyError, load
from policy.document import LARGEST_FILE
from policy.regions import WITHOUT_FUNCTION_URLS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
environments:
  - name: production
    account: "123456789012"
    region: eu-central-1
notifications:
  email: [dba@example.com]
rotate_keys:
  schedule: cron(0 22 ? * SAT *)
  timezone: Europe/Berlin
  window: {opens: "22:00", closes: "06:00"}
  max_age: 90 days
"""


def refusals(text: str | bytes, folder: Path) -> list[str]:
    """The sentences about a policy of this text, each without the folder's path."""
    path = folder / "fleet.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(PolicyError) as caught:
        load(path)
    sentences = str(caught.value).splitlines()
    assert tuple(sentences) == caught.value.sentences
    return [sentence.removeprefix(f"{folder}/") for sentence in sentences]


def test_the_sentence_names_file_line_field_found_and_allowed(tmp_path: Path) -> None:
    (sentence,) = refusals(GOOD.replace("90 days", "90 dayz"), tmp_path)
    assert sentence == (
        'fleet.yaml:11: rotate_keys.max_age: found "90 dayz"; expected a whole number and a unit'
        ' (minutes, hours, days, weeks), for example "90 days", from 1 day to 3650 days'
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "max_age",
            "maxage",
            '11: rotate_keys.maxage: found the unknown key "maxage"; did you mean "max_age"?',
        ),
        (
            "  max_age: 90 days\n",
            "",
            "7: rotate_keys.max_age: is missing; expected a whole number and a unit",
        ),
        ("90 days", "12 hours", '11: rotate_keys.max_age: found "12 hours"; expected a duration from 1 day'),
        ("90 days", "90", "11: rotate_keys.max_age: found the number 90; expected a whole number and a unit"),
        ("SAT *)", "SAT)", '8: rotate_keys.schedule: found "cron(0 22 ? * SAT)"; expected cron with six'),
        (
            "0 22 ?",
            "0 12 ?",
            '8: rotate_keys.schedule: found "cron(0 12 ? * SAT *)", which never falls inside',
        ),
        (
            "cron(0 22 ? * SAT *)",
            "rate(7 days)",
            '8: rotate_keys.schedule: found "rate(7 days)", which can miss',
        ),
        (
            "cron(0 22 ? * SAT *)",
            "cron(30 2 * * ? *)",
            '8: rotate_keys.schedule: found "cron(30 2 * * ? *)", and 02:30 does not exist on 20',
        ),
        ("cron(0 22 ? * SAT *)", "at(2026-11-21T22:00:00)", "because at(...) runs only once"),
        ("Europe/Berlin", "Europe/Berln", '9: rotate_keys.timezone: found "Europe/Berln"; expected an IANA'),
        ("Europe/Berlin", "../../etc/passwd", '9: rotate_keys.timezone: found "../../etc/passwd"; expected'),
        ("Europe/Berlin", "localtime", '9: rotate_keys.timezone: found "localtime"; expected an IANA'),
        ("Europe/Berlin", "[UTC]", "9: rotate_keys.timezone: found a list; expected an IANA time zone"),
        (
            'closes: "06:00"',
            'closes: "22:00"',
            '10: rotate_keys.window.closes: found "22:00", the same time at which it',
        ),
        (
            'closes: "06:00"',
            'closes: "6:00"',
            '10: rotate_keys.window.closes: found "6:00"; expected a time of',
        ),
        (
            '"06:00"}',
            '"06:00", days: []}',
            "10: rotate_keys.window.days: found an empty list; expected a list of",
        ),
        (
            '"06:00"}',
            '"06:00", days: [Sat]}',
            '10: rotate_keys.window.days[0]: found "Sat"; expected MON, TUE',
        ),
        ('"06:00"}', '"06:00", days: [SAT, SAT]}', '10: rotate_keys.window.days[1]: found "SAT" twice in'),
        (
            '"22:00", closes: "06:00"',
            '"00:00", closes: "24:00"',
            "10: rotate_keys.window: is always open; remove the key",
        ),
        (
            '"123456789012"',
            "012345678901",
            "3: environments[0].account: found the number 012345678901; expected",
        ),
        (
            '"123456789012"',
            '"1234"',
            '3: environments[0].account: found "1234"; expected a 12-digit AWS account',
        ),
        ("eu-central-1", "Frankfurt", '4: environments[0].region: found "Frankfurt"; expected an AWS Region'),
        (
            "eu-central-1",
            "eu-centrl-1",
            (
                '4: environments[0].region: found "eu-centrl-1"; expected an AWS Region that has Redshift, '
                'for example "eu-central-1" (did you mean "eu-central-1"?)'
            ),
        ),
        ("eu-central-1", "us-east-9", '4: environments[0].region: found "us-east-9"; expected an AWS Region'),
        (
            "name: production",
            "name: Production!",
            '2: environments[0].name: found "Production!"; expected lower',
        ),
        ("[dba@example.com]", "[dba]", '6: notifications.email[0]: found "dba"; expected an email address'),
        ("[dba@example.com]", "[a@b.co, a@b.co]", '6: notifications.email[1]: found "a@b.co" twice in'),
        ("[dba@example.com]", "", "6: notifications.email: found nothing; expected a list"),
        (
            "  email: [dba@example.com]\n",
            "  - a@b.co\n",
            "5: notifications: found a list; expected the keys email, runbook",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_line(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    assert old in GOOD
    (found,) = refusals(GOOD.replace(old, new), tmp_path)
    assert sentence in found


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("tolerated_failures: -5%", 'found "-5%"; expected a percentage from 0% to 100%, for example "20%"'),
        ("tolerated_failures: -5", "found the number -5; expected a percentage"),
        ("tolerated_failures: 101", "found the number 101; expected a percentage"),
        ("tolerated_failures: true", "found true; expected a percentage"),
        ("tolerated_failures: 1e999", "found the number 1e999; expected a percentage"),
        ("max_concurrent: 0", "found the number 0; expected a whole number from 1 to 100"),
        ("max_concurrent: 1.5", "found the number 1.5; expected a whole number from 1 to 100"),
        ('max_concurrent: "5"', 'found "5"; expected a whole number from 1 to 100'),
        ("max_concurrent: yes", 'found "yes"; expected a whole number from 1 to 100'),
        ("max_concurrent: true", "found true; expected a whole number from 1 to 100"),
        (f"max_concurrent: {'9' * 5_000}", "found text of 5,000 characters; expected a whole number"),
        ("deadline: 10 minutes", 'found "10 minutes"; expected a duration from 30 minutes to 7 days'),
        ("deadline: 8 days", 'found "8 days"; expected a duration from 30 minutes to 7 days'),
        ("maintenance_margin: 0 minutes", 'found "0 minutes"; expected a whole number and a unit'),
        ("paused: wakeup", 'found "wakeup"; expected skip or wake (did you mean "wake"?)'),
        ("paused: [skip]", "found a list; expected skip or wake"),
        ("canary: {clusters: -1}", "canary.clusters: found the number -1; expected a whole number from 0"),
        ("window:", "found no value; enter one, or remove the key"),
        ("select: {identifiers: []}", "found an empty list; expected a list of at least one item"),
        ("select: {identifiers: [Upper]}", 'found "Upper"; expected a Redshift cluster identifier'),
        ("select: {identifiers: [a--b]}", 'found "a--b"; expected a Redshift cluster identifier'),
        ("select: {identifiers: [a-]}", 'found "a-"; expected a Redshift cluster identifier'),
        (f"select: {{identifiers: [{'a' * 64}]}}", "found text of 64 characters; expected at most 63"),
        (
            "select: {tags: {team: finance}}",
            'tags.team: found "finance"; expected a list of at least one item',
        ),
        (
            "select: {tags: {team: []}}",
            "tags.team: found an empty list; expected a list of at least one item",
        ),
        ("select: {tags: {team: [true]}}", "tags.team[0]: found true; expected a tag value (in quotes if"),
        ("select: {tags: {team: [fin*]}}", 'tags.team[0]: found "fin*"; expected a tag value'),
        ("select: {tags: {te*: [a]}}", 'tags.<"te*">: found "te*"; expected a tag key without *'),
        ("select: {tags: [team]}", "select.tags: found a list; expected keys with a list of values each"),
        ("blackouts: [{name: a, from: 2026-12-28}]", "blackouts[0].to: is missing; expected a local date"),
        ("blackouts: [now]", 'blackouts[0]: found "now"; expected the keys name, from, to, select'),
        (
            "blackouts: [{name: a, from: 2026-02-30, to: 2026-03-01}]",
            'from: found "2026-02-30"; expected a local',
        ),
        (
            "blackouts: [{name: a, from: 2026-01-02, to: 2026-01-02}]",
            'expected a time after "from", 2026-01-02',
        ),
        (
            "blackouts: [{name: a, from: 2026-01-02T00:00Z, to: 2026-01-03}]",
            'found "2026-01-02T00:00Z"; expected a local date and time without offset',
        ),
    ],
)
def test_a_wrong_value_below_rotate_keys_is_refused(line: str, sentence: str, tmp_path: Path) -> None:
    base = GOOD.replace('  window: {opens: "22:00", closes: "06:00"}\n', "")
    (found,) = refusals(f"{base}  {line}\n", tmp_path)
    assert found.startswith("fleet.yaml:11: rotate_keys.")
    assert sentence in found


def test_a_tag_of_5000_characters_is_told_by_its_length_not_by_its_text(tmp_path: Path) -> None:
    value, key = "x" * 5_000, "k" * 1_000
    about_value, about_key = refusals(
        f"{GOOD}  select: {{tags: {{team: [{value}], {key}: [a]}}}}\n", tmp_path
    )
    place = "fleet.yaml:12: rotate_keys.select.tags."
    assert about_value == f"{place}team[0]: found text of 5,000 characters; expected at most 256 characters"
    assert about_key == (
        f"{place}<text of 1,000 characters>: found text of 1,000 characters; expected at most 128 characters"
    )


def test_control_characters_are_made_visible_and_never_printed(tmp_path: Path) -> None:
    (sentence,) = refusals(GOOD.replace("90 days", '"\\e[2J\\u202e\\n"'), tmp_path)
    assert 'found "\\x1b[2J\\u202e\\n"; expected' in sentence
    assert sentence.isprintable()


def test_every_mistake_of_a_file_is_listed_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = """\
environments:
  - {name: a, account: "123456789012", region: eu-central-1}
  - {name: a, account: "123456789012", region: eu-central-1}
notification: {}
rotate_keys:
  schedule: cron(0 12 ? * SAT *)
  timezone: Mars/Olympus
  window: {opens: "22:00", closes: "06:00"}
  max_age: 90 dayz
  max_age: 90 days
  blackouts:
    - {name: close, from: 2026-12-28, to: 2026-12-27}
    - {name: close, from: 2026-12-28, to: 2026-12-29, why: audit}
  tolerated_failures: -5%
"""
    found = [sentence.split(": ")[:2] for sentence in refusals(text, tmp_path)]
    assert found == [
        ["fleet.yaml:3", "environments[1].name"],
        ["fleet.yaml:3", "environments[1].account"],
        ["fleet.yaml:4", "notification"],
        ["fleet.yaml:6", "rotate_keys.schedule"],
        ["fleet.yaml:7", "rotate_keys.timezone"],
        ["fleet.yaml:9", "rotate_keys.max_age"],
        ["fleet.yaml:10", "rotate_keys.max_age"],
        ["fleet.yaml:12", "rotate_keys.blackouts[0].to"],
        ["fleet.yaml:13", "rotate_keys.blackouts[1].why"],
        ["fleet.yaml:13", "rotate_keys.blackouts[1].name"],
        ["fleet.yaml:14", "rotate_keys.tolerated_failures"],
    ]


def test_a_section_that_is_no_mapping_is_told_its_keys(tmp_path: Path) -> None:
    (sentence,) = refusals(GOOD[: GOOD.index("rotate_keys:")] + "rotate_keys: weekly\n", tmp_path)
    expected = 'fleet.yaml:7: rotate_keys: found "weekly"; expected the keys schedule, timezone, window,'
    assert sentence.startswith(expected)


@pytest.mark.parametrize("region", sorted(WITHOUT_FUNCTION_URLS))
def test_deletions_are_refused_in_regions_where_nobody_could_approve_them(
    tmp_path: Path, region: str
) -> None:
    policy = GOOD.replace("eu-central-1", region)
    deletions = "deprovision:\n  schedule: cron(0 6 * * ? *)\n  timezone: Europe/Berlin\n"
    (sentence,) = refusals(policy + deletions, tmp_path)

    expected = f'fleet.yaml:4: environments[0].region: found "{region}", where Lambda has no Function URLs'
    assert sentence.startswith(expected)
    assert "leave deprovision out, or keep the environments of this Region in a policy file" in sentence
    (tmp_path / "fleet.yaml").write_text(policy)
    assert load(tmp_path / "fleet.yaml").environments[0].region == region


def test_the_same_account_may_appear_with_another_region(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    second = '  - {name: dr, account: "123456789012", region: eu-west-1}\nnotifications:'
    path.write_text(GOOD.replace("notifications:", second))
    assert len(load(path).environments) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "fleet.yaml:1: the file is empty; expected a policy"),
        (b"# only a comment\n", "fleet.yaml:1: the file is empty; expected a policy"),
        (b"- a\n- b\n", "fleet.yaml:1: the file contains a list; expected keys such as environments:"),
        (b"rotate\n", "fleet.yaml:1: the file contains a single value; expected keys such as environments:"),
        (b"a: 1\nb: \xff\n", "fleet.yaml:2: the file is not UTF-8 text; save it as UTF-8"),
        ("a: 1\nb: ü\n".encode("utf-16"), "fleet.yaml:1: the file is not UTF-8 text; save it as UTF-8"),
        (b"a: 1\nb: \x1b[2J\n", "fleet.yaml:2: the file contains a control character; remove it"),
        (b"a: 1\n\tb: 2\n", "fleet.yaml:2: not valid here: a tab character; use spaces to indent"),
        (b"a: 1\nb: [1, 2\n", "fleet.yaml:3: not valid here: "),
        (b"a: b: c\n", "fleet.yaml:1: not valid here: mapping values are not allowed here"),
        (
            b"a: 1\n---\nb: 2\n",
            "fleet.yaml:2: not valid here: a second document begins; keep one document per file",
        ),
        (
            b"a: &x 1\nb: *x\n",
            "fleet.yaml:2: not valid here: aliases are not supported; repeat the value instead",
        ),
        (b"a: !!python/object:os.system x\n", "fleet.yaml:1: not valid here: YAML tags are not supported"),
        (b"a: " + b"[" * 5_000, "fleet.yaml:1: not valid here: nested too deeply"),
        (b"a: " + b"x" * LARGEST_FILE, "fleet.yaml: the file is larger than 262,144 bytes"),
    ],
)
def test_a_file_that_is_no_policy_at_all_gets_one_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    (found,) = refusals(content, tmp_path)
    assert found.startswith(sentence)


def test_a_bomb_of_aliases_is_refused_at_its_first_alias(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    (found,) = refusals(bomb, tmp_path)
    assert found == "fleet.yaml:2: not valid here: aliases are not supported; repeat the value instead"


def test_a_key_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (found,) = refusals(f"{GOOD}? [a, b]\n: 1\n", tmp_path)
    assert found == "fleet.yaml:12: has a list or a mapping as a key; expected text"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"fleet\.yaml: no such file"):
        load(tmp_path / "fleet.yaml")
    with pytest.raises(PolicyError, match="the file cannot be read: Is a directory"):
        load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_bytes(GOOD.encode("utf-8-sig"))
    assert isinstance(load(path), Policy)


def test_a_section_that_a_state_machine_can_not_carry_is_refused(tmp_path: Path) -> None:
    names = ", ".join(f"cluster-{n:05}-{'x' * 40}" for n in range(1_500))
    (found,) = refusals(f"{GOOD}  exclude: {{identifiers: [{names}]}}\n", tmp_path)
    assert "rotate_keys: takes " in found
    assert "bytes as JSON; expected at most 65,536; shorten its lists" in found


YAML_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["schedule", "timezone", "window", "max_age", "select", "exclude", "paused", "blackouts", "canary"]
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, YAML_VALUES, min_size=1), st.one_of(st.none(), YAML_VALUES))
def test_whatever_stands_in_the_file_it_is_accepted_or_refused_in_printable_sentences(
    tmp_path_factory: pytest.TempPathFactory, section: dict[str, object], environments: object
) -> None:
    path = tmp_path_factory.mktemp("policy") / "fleet.yaml"
    document = {"environments": environments, "rotate_keys": section}
    # JSON is YAML
    path.write_text(json.dumps(document).replace("\\ud", "\\u0"))
    with pytest.raises(PolicyError) as caught:
        load(path)
    for sentence in caught.value.sentences:
        assert sentence.removeprefix(str(path)).startswith((":1: ", ": "))
        assert sentence.isprintable()
        assert len(sentence) < 700
